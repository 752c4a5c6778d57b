"""What looks like a credential and is none: digests, identifiers, versions, placeholders, public keys, images."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable

from tools.judge_secrets.keys import BASE36, BASE58, BASE62, BASE64, DIGITS, HEX, LOWER, UPPER, draw

_Maker = Callable[[random.Random], str]
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

VALUES: dict[str, tuple[_Maker, ...]] = {
    "dev": (
        lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        lambda rng: draw(rng, rng.choice((32, 40, 64, 128)), HEX),
        lambda rng: "sha512-" + base64.b64encode(rng.randbytes(64)).decode(),
        lambda rng: f"arn:aws:iam::{draw(rng, 12, DIGITS)}:role/deploy-{draw(rng, 4, LOWER)}",
        lambda rng: f"order-{draw(rng, 9, DIGITS)}-{draw(rng, 1, UPPER)}",
        lambda rng: rng.choice(("<YOUR_TOKEN>", "your-api-key-here", "${{ secrets.DEPLOY_TOKEN }}", "process.env.API_KEY", "changeme", "xxxxxxxxxxxxxxxxxxxx")),
        lambda rng: f"ISBN 978-{draw(rng, 1, DIGITS)}-{draw(rng, 2, DIGITS)}-{draw(rng, 6, DIGITS)}-{draw(rng, 1, DIGITS)}",
        lambda rng: f"v{rng.randint(1, 9)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}-rc.{rng.randint(1, 5)}+build.{draw(rng, 7, HEX)}",
        lambda rng: f"commit {draw(rng, 40, HEX)} (HEAD -> main)",
        lambda rng: f"msg_01{draw(rng, 22, BASE62)}",
        lambda rng: f"/usr/lib/python3.11/site-packages/{draw(rng, 8, LOWER)}/__init__.py",
        lambda rng: "the secret of a good password is its length",
    ),
    "judge": (
        lambda rng: "".join(rng.choice(_CROCKFORD[:8]) if at == 0 else rng.choice(_CROCKFORD) for at in range(26)),
        lambda rng: f"toolu_01{draw(rng, 22, BASE62)}",
        lambda rng: f"chatcmpl-{draw(rng, 29, BASE62)}",
        lambda rng: "sha256:" + draw(rng, 64, HEX),
        lambda rng: f"registry.example/app@sha256:{draw(rng, 64, HEX)}",
        lambda rng: f"web-{draw(rng, 10, HEX)}-{draw(rng, 5, BASE36)}",
        lambda rng: f"00-{draw(rng, 32, HEX)}-{draw(rng, 16, HEX)}-01",
        lambda rng: f'W/"{draw(rng, 32, HEX)}"',
        lambda rng: f"projects/acme-{draw(rng, 6, DIGITS)}/locations/europe-west1/keyRings/main",
        lambda rng: f"{rng.randint(1, 30)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}.post{rng.randint(1, 9)}",
        lambda rng: rng.choice(("{{ vault_password }}", "os.environ['TOKEN']", "REPLACE_ME", "********", "insert-key-here", "AKIAIOSFODNN7EXAMPLE", "%(db_password)s", "$(cat /run/secrets/db)")),
        lambda rng: f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T10:{rng.randint(10, 59)}:00.{draw(rng, 6, DIGITS)}Z",
        lambda rng: f"{{{str(uuid.UUID(int=rng.getrandbits(128), version=4)).upper()}}}",
        lambda rng: "getElementsByClassName2Handler",
        lambda rng: f"cus_{draw(rng, 14, BASE62)}",
        lambda rng: f"i-0{draw(rng, 16, HEX)}",
        lambda rng: f"feature/ABC-{draw(rng, 4, DIGITS)}-rotate-keys",
        lambda rng: f"{draw(rng, 10, DIGITS)}.{draw(rng, 6, DIGITS)}",
    ),
    "fresh": (
        lambda rng: f"<{draw(rng, 14, DIGITS)}.{draw(rng, 5, DIGITS)}@mail.example>",
        lambda rng: f"10.{draw(rng, 4, DIGITS)}/s{draw(rng, 5, DIGITS)}-0{draw(rng, 2, DIGITS)}-{draw(rng, 5, DIGITS)}-x",
        lambda rng: ":".join(draw(rng, 4, HEX) for _ in range(8)),
        lambda rng: ":".join(draw(rng, 2, HEX) for _ in range(6)),
        lambda rng: f"{draw(rng, 8, HEX)}-{draw(rng, 4, HEX)}-7{draw(rng, 3, HEX)}-8{draw(rng, 3, HEX)}-{draw(rng, 12, HEX)}",
        lambda rng: f"md5:{draw(rng, 32, HEX)}",
        lambda rng: f"deployment.apps/api-{draw(rng, 9, HEX)}",
        lambda rng: f"gs://acme-data-{draw(rng, 6, DIGITS)}/2026/{draw(rng, 2, DIGITS)}/part-{draw(rng, 5, DIGITS)}-{uuid.UUID(int=rng.getrandbits(128), version=4)}.parquet",
        lambda rng: rng.choice(("<%= ENV['TOKEN'] %>", "get_token()", "${TOKEN:?missing}", "!Ref DatabasePassword", "self.settings.api_key", "\\$2y\\$", "@secrets/db", "vault:kv/app#password", "<redacted>", "none-set-yet")),
        lambda rng: f"rgb({rng.randint(0, 255)}, {rng.randint(0, 255)}, {rng.randint(0, 255)})",
        lambda rng: f"run_{draw(rng, 24, BASE62)}",
        lambda rng: f"css-{draw(rng, 6, BASE36)}-{rng.choice(('root', 'button', 'wrapper'))}",
        lambda rng: f"subscription {uuid.UUID(int=rng.getrandbits(128), version=4)}",
        lambda rng: "TheQuickBrownFoxJumpsOverTheLazyDog",
        lambda rng: f"{rng.randint(1, 9)}{draw(rng, 12, DIGITS)}",
    ),
}  # fmt: skip
WHOLE: dict[str, tuple[_Maker, ...]] = {
    "dev": (
        lambda rng: f'  resolved "https://registry.example/left-pad/-/left-pad-1.3.0.tgz#{draw(rng, 40, HEX)}"\n  integrity sha512-{base64.b64encode(rng.randbytes(64)).decode()}',
        lambda rng: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{draw(rng, 43, BASE64)} ann@example.com",
        lambda rng: f'<img src="data:image/png;base64,iVBORw0KGgo{draw(rng, 400, BASE64)}">',
        lambda rng: f"trace_id={draw(rng, 32, HEX)} span_id={draw(rng, 16, HEX)}",
        lambda rng: f"index {draw(rng, 7, HEX)}..{draw(rng, 7, HEX)} 100644",
    ),
    "judge": (
        lambda rng: f'{{"name": "once", "hash": "sha1-{base64.b64encode(rng.randbytes(20)).decode()}"}}',
        lambda rng: f"--hash=sha256:{draw(rng, 64, HEX)} \\\n    --hash=sha256:{draw(rng, 64, HEX)}",
        lambda rng: "-----BEGIN CERTIFICATE-----\n" + "\n".join(draw(rng, 64, BASE64) for _ in range(12)) + "\n-----END CERTIFICATE-----",
        lambda rng: f"github.com/acme/pkg v1.2.3 h1:{base64.b64encode(rng.randbytes(32)).decode()}",
        lambda rng: f"https://www.youtube.example/watch?v={draw(rng, 11, BASE62)}&si={draw(rng, 16, BASE62)}",
        lambda rng: f"https://cdn.example/assets/app.{draw(rng, 20, HEX)}.js?utm_source=mail&utm_campaign=spring-{draw(rng, 4, DIGITS)}",
        lambda rng: f"/nix/store/{draw(rng, 32, BASE36)}-openssl-3.0.9/lib",
        lambda rng: f"ipfs://Qm{draw(rng, 44, BASE58)}",
        lambda rng: f"next_page_token: {draw(rng, 40, BASE62)}",
        lambda rng: f"https://github.com/acme/app/blob/{draw(rng, 40, HEX)}/src/main.rs#L10-L20",
        lambda rng: f"request-id: {draw(rng, 26, BASE62)}",
        lambda rng: f"Public key: {draw(rng, 43, BASE62)}=",
        lambda rng: f"ETH 0x{draw(rng, 40, HEX)}",
    ),
    "fresh": (
        lambda rng: f"M{rng.randint(0, 24)} {rng.randint(0, 24)}.5l-3.2 {rng.randint(0, 9)}.1c0-1.1.9-2 2-2h{rng.randint(1, 9)}z",
        lambda rng: f"bc1q{draw(rng, 38, BASE36)}",
        lambda rng: f"script-src 'nonce-{base64.b64encode(rng.randbytes(16)).decode()}' 'sha384-{base64.b64encode(rng.randbytes(48)).decode()}'",
        lambda rng: f"Content-MD5: {base64.b64encode(rng.randbytes(16)).decode()}",
        lambda rng: f"diff --git a/x b/x\nindex {draw(rng, 40, HEX)}..{draw(rng, 40, HEX)} 100644",
        lambda rng: f"SHA256 ({draw(rng, 8, LOWER)}.iso) = {draw(rng, 64, HEX)}",
        lambda rng: "-----BEGIN PUBLIC KEY-----\n" + "\n".join(draw(rng, 64, BASE64) for _ in range(4)) + "\n-----END PUBLIC KEY-----",
        lambda rng: f"https://docs.example/d/{draw(rng, 44, BASE62)}/edit#gid={draw(rng, 9, DIGITS)}",
        lambda rng: f"Set-Cookie: theme=dark; Path=/; id={draw(rng, 8, DIGITS)}",
        lambda rng: f"@font-face {{ src: url(data:font/woff2;base64,d09GMgABAAAA{draw(rng, 300, BASE64)}) }}",
        lambda rng: f"ERROR correlationId={uuid.UUID(int=rng.getrandbits(128), version=4)} requestId={draw(rng, 16, UPPER + DIGITS)}",
    ),
}  # fmt: skip
