// An identity provider of others for the tests: oidc-provider on a free port of loopback, with people, groups and logout.
// Run as: node --input-type=module < provider.mjs, in the folder whose node_modules has oidc-provider, with the address of
// the console as CONSOLE in the environment. It writes its address as the first line.
// POST /test/person {"sub", "groups", ...} says who signs in and what is told of them; POST /test/keys rotates the keys.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const back = process.env.CONSOLE;
const people = new Map();
let current = "ann";
let serve;

const newKey = (kid) => ({ ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });

const read = (request) => new Promise((done) => {
  let text = "";
  request.on("data", (part) => { text += part; });
  request.on("end", () => done(text));
});

const build = (issuer, keys) => {
  const client = (client_id, more) => ({
    client_id, redirect_uris: [`${back}/sign-in/oidc/done`], post_logout_redirect_uris: [`${back}/sign-in`],
    grant_types: ["authorization_code"], response_types: ["code"],
    backchannel_logout_uri: `${back}/sign-in/oidc/logout`, backchannel_logout_session_required: true, ...more,
  });
  const provider = new Provider(issuer, {
    clients: [
      client("wardlaw", { client_secret: "sec:ret/1" }),
      client("public", { token_endpoint_auth_method: "none" }),
    ],
    jwks: { keys },
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups"],
    conformIdTokenClaims: false,
    acrValues: ["phr"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ accountId: context.oidc.session.accountId, clientId: context.oidc.client.clientId });
      grant.addOIDCScope("openid profile email groups");
      await grant.save();
      return grant;
    },
    // The console of the tests is on loopback, which it asks for without TLS.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 3600, Grant: 3600 },
  });
  const answers = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answers(request, response);
    if (request.method === "GET") {
      response.setHeader("content-type", "text/html");
      return response.end('<!doctype html><title>Provider</title><form method="post"><button id="login">Sign in</button></form>');
    }
    await read(request);
    const details = await provider.interactionDetails(request, response);
    const login = { accountId: current, amr: ["pwd", "otp"], acr: details.params.acr_values ? "phr" : undefined, remember: true };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  };
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let keys = [newKey("k1")];
  serve = build(issuer, keys);
  server.on("request", async (request, response) => {
    if (request.url === "/test/person") {
      const { sub, ...told } = JSON.parse(await read(request));
      current = sub;
      people.set(sub, told);
      return response.end();
    }
    if (request.url === "/test/keys") {
      keys = [newKey(`k${Date.now()}`)];
      serve = build(issuer, keys);
      return response.end();
    }
    return serve(request, response);
  });
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on("end", () => {});
