"""What stands around a credential: files, code, commands and talk, disjoint for the styles.

``{v}`` is the credential, ``{n}`` the provider's name.
"""

from __future__ import annotations

NAMED: dict[str, tuple[str, ...]] = {
    "dev": (
        "{N}_API_KEY={v}",
        '{{"{n}_token": "{v}", "region": "eu"}}',
        "{n}:\n  secret_key: {v}\n  retries: 3\n",
        '{n}_client = Client(api_key="{v}")',
        'curl -H "Authorization: Bearer {v}" https://api.{n}.example/v1/me',
        "my {n} access token is {v}, why does it fail?",
        'const {n}Secret = "{v}";',
        "export {N}_PASSWORD='{v}'",
    ),
    "judge": (
        '[{n}]\nauth_token = "{v}"\n',
        "{{ name: '{n}', credentials: {{ accessKey: '{v}' }} }}",
        "<{n}><apiKey>{v}</apiKey></{n}>",
        "{n}ctl login --token {v} --output json",
        '    req.Header.Set("X-{n}-Secret", "{v}")',
        "services:\n  web:\n    environment:\n      - {N}_SECRET={v}\n",
        "X-Api-Key: {v}",
        "//npm.{n}.example/:_authToken={v}",
        "| {n} password | {v} |",
        "Mein Passwort für {n} lautet: {v}",
        "2026-03-01T10:00:00Z INFO {n} using secret {v} for region eu-west-1",
        'resource "{n}_app" "x" {{\n  client_secret = "{v}"\n}}',
        "machine {n}.example login svc password {v}",
        'String {n}Token = "{v}";',
    ),
    "fresh": (
        "set -x {N}_ACCESS_KEY {v}",
        '"{n}": {{"apiSecret": "{v}", "timeout": 30}},',
        "sshpass -p '{v}' ssh root@db.{n}.example",
        "curl -s -H 'X-{n}-Token: {v}' https://{n}.example/items",
        "Authorization: Token {v}",
        "spring.datasource.password={v}",
        '<add key="{n}Secret" value="{v}" />',
        "kubectl create secret generic {n} --from-literal=key={v}",
        "The credentials for {n} are: user svc, password {v}",
        'headers = {{"Authorization": f"Bearer {v}"}}',
        "ENV {N}_PRIVATE_KEY {v}",
        "La clave de acceso de {n} es {v}",
        "pass: {v} (from {n}, please do not share)",
        "  - name: {N}_TOKEN\n    value: {v}",
    ),
}
BARE: dict[str, tuple[str, ...]] = {
    "dev": ("{v}", "A colleague sent me {v} by mail", "Here is what I use:\n{v}\nCan you tell me what is wrong?"),
    "fresh": ("{v} <- this one works", "found this in the log: {v}", "export const k = `{v}`;"),
    "judge": ("please check {v} for me", "> {v}\n\nIs that still good?", "print('{v}')", "(see {v})"),
}
