// An OAuth server of others for the tests: oidc-provider on a free port of loopback, two clients, tokens for the asking.
// Run as: node --input-type=module < server.mjs, in the folder whose node_modules has oidc-provider.
// It writes its address as the first line.
import { createServer } from "node:http";

import Provider from "oidc-provider";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (client_id, client_secret) => ({
    client_id, client_secret, grant_types: ["client_credentials"], redirect_uris: [], response_types: [], scope: "read write",
  });
  const provider = new Provider(issuer, {
    clients: [client("crm-sync", "sec:ret/1"), client("reader", "sec ret 2")],
    scopes: ["read", "write"],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    ttl: { ClientCredentials: 600 },
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on("end", () => {});
