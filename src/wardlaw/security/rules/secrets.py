"""Formats of credentials, as their providers publish them or as their tokens look.

A pattern has at most one group, which is then the credential itself. ``check`` names a test of the value, see
``security.secretvalue``.
"""

from __future__ import annotations

import msgspec

from wardlaw.security.rules.secretwords import SAY, SAY_CUE, SERVICES


class SecretRule(msgspec.Struct, frozen=True):
    """One format.

    Attributes:
        id: Rule id.
        provider: Whose credential; the label of the finding.
        pattern: RE2 pattern over the text, case kept.
        check: ``""`` or what the value must pass, see ``security.secretvalue``.
        certain: A match (whose check holds) is at level BLOCK.
        score: 0 to 1000 where the value is not certain; the same scale for all rules, by how seldom each errs.
        cue: Pattern of what a match begins with, or nearly; where there is one, the rule runs only around it.
        needs: A literal without which nothing can match.
        token: The pattern is matched within a run of characters that tokens are made of, not within the text.
    """

    id: str
    provider: str
    pattern: str
    check: str = ""
    certain: bool = True
    score: int = 650
    cue: str = ""
    token: bool = False
    needs: str = ""


_FORMATS: tuple[tuple[str, str], ...] = (
    ("aws", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    ("aws-bedrock", r"\bABSK[A-Za-z0-9+/]{100,}={0,2}|\bbedrock-api-key-[A-Za-z0-9+/=._-]{20,}"),
    ("gcp", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("google-oauth", r"\bGOCSPX-[0-9A-Za-z_-]{28}\b|\bya29\.[0-9A-Za-z_-]{30,}"),
    ("azure-ad", r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}"),
    ("azure-storage", r"AccountKey=([0-9A-Za-z+/]{86}==)"),
    ("azure-sas", r"[?&]sig=([0-9A-Za-z%+/]{43,}(?:=|%3[dD]))"),
    ("azure-devops", r"\b[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}\b"),
    ("github-fine-grained", r"\bgithub_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}\b|\bgithub_pat_[0-9A-Za-z_]{70,90}\b"),
    ("gitlab", r"\bgl(?:pat|dt|ft|soat|rt|cbt|ptt|ffct|imt|agent|oas|wt)-[0-9A-Za-z_.=-]{20,}|\bGR1348941[0-9A-Za-z_-]{20}"),
    ("gitlab-session", r"_gitlab_session=([0-9a-f]{32})"),
    ("slack", r"\bxox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{10,}|\bxapp-[0-9]-[0-9A-Z]+-[0-9]+-[0-9a-z]+"),
    ("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{40,}"),
    ("stripe", r"\b(?:sk|rk)_(?:live|test|prod)_[0-9A-Za-z]{10,}"),
    ("stripe-webhook", r"\bwhsec_[0-9A-Za-z+/]{32,}"),
    ("openai", r"\bsk-(?:proj|svcacct|admin|None|service)-[0-9A-Za-z_-]{20,}|\bsk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}\b|\bsk-[0-9A-Za-z]{40,64}\b"),
    ("anthropic", r"\bsk-ant-(?:api|admin|sid|oat)[0-9]{2}-[0-9A-Za-z_-]{60,}"),
    ("openrouter", r"\bsk-or-v1-[0-9a-f]{64}\b"),
    ("pypi", r"\bpypi-AgE[0-9A-Za-z_-]{50,}"),
    ("twilio", r"\bSK[0-9a-f]{32}\b"),
    ("sendgrid", r"\bSG\.[0-9A-Za-z_.=-]{60,70}"),
    ("mailgun", r"\b(?:key|pubkey)-[0-9a-f]{32}\b"),
    ("mailchimp", r"\b[0-9a-f]{32}-us[0-9]{1,2}\b"),
    ("brevo", r"\bxkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}\b"),
    ("huggingface", r"\bhf_[0-9A-Za-z]{34}\b|\bapi_org_[0-9A-Za-z]{34}\b"),
    ("digitalocean", r"\bdo[opr]_v1_[0-9a-f]{64}"),
    ("shopify", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b"),
    ("square", r"\bsq0[a-z]{3}-[0-9A-Za-z_-]{22,43}\b|\bEAAA[0-9A-Za-z_-]{60}\b"),
    ("databricks", r"\bdapi[0-9a-f]{32}(?:-[0-9])?\b"),
    ("linear", r"\blin_(?:api|oauth)_[0-9A-Za-z]{32,}"),
    ("atlassian", r"\bAT(?:ATT3|CTT3|BB)[0-9A-Za-z_=-]{20,}"),
    ("dropbox", r"\bsl\.[0-9A-Za-z_=-]{100,}"),
    ("doppler", r"\bdp\.(?:pt|st|sa|ct|scim|audit)\.[0-9A-Za-z_.-]{40,}"),
    ("dynatrace", r"\bdt0[a-z][0-9]{2}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{64}"),
    ("grafana", r"\bglsa_[0-9A-Za-z]{32}_[0-9a-fA-F]{8}\b|\bglc_[0-9A-Za-z+/]{32,}={0,2}|\beyJrIjoi[0-9A-Za-z+/=_-]{60,}"),
    ("heroku", r"\bHRKU-[0-9A-Za-z_-]{30,}"),
    ("hashicorp-vault", r"\bhv[sbr]\.[0-9A-Za-z_-]{24,}"),
    ("hashicorp-terraform", r"\b[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,}"),
    ("newrelic", r"\bNR(?:AK|II|IQ|JS|RA|SP)-[0-9A-Za-z-]{19,42}"),
    ("planetscale", r"\bpscale_(?:tkn|pw|oauth)_[0-9A-Za-z_.=-]{30,}"),
    ("postman", r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b"),
    ("pulumi", r"\bpul-[0-9a-f]{40}\b"),
    ("rubygems", r"\brubygems_[0-9a-f]{48}\b"),
    ("sentry", r"\bsntry[su]_[0-9A-Za-z+/=_-]{40,}"),
    ("sonar", r"\bsq[pau]_[0-9a-f]{40}\b"),
    ("sourcegraph", r"\bsgp_(?:[0-9A-Za-z]+_)?[0-9a-f]{40}\b|\bsg[dm]_[0-9a-f]{40,}\b"),
    ("telegram", r"\b[0-9]{8,10}:AA[0-9A-Za-z_-]{33}\b"),
    ("discord-bot", r"\b[MNO][0-9A-Za-z_-]{23,26}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,}"),
    ("discord-webhook", r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[0-9A-Za-z_-]{60,}"),
    ("teams-webhook", r"\.webhook\.office\.com/webhookb2/[0-9A-Za-z@-]{30,}/IncomingWebhook/[0-9A-Za-z]{30,}/[0-9A-Za-z-]{30,}"),
    ("airtable", r"\bpat[0-9A-Za-z]{14}\.[0-9a-f]{64}\b"),
    ("alibaba", r"\bLTAI[0-9A-Za-z]{20}\b"),
    ("1password", r"\bops_eyJ[0-9A-Za-z+/_-]{100,}|\bA3-[0-9A-Z]{6}-[0-9A-Z]{6,11}-[0-9A-Z]{5}-[0-9A-Z]{5}"),
    ("adobe", r"\bp8e-[0-9A-Za-z]{32}\b"),
    ("age", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    ("artifactory", r"\bAKCp[0-9A-Za-z]{69}\b|\bcmVmd[0-9A-Za-z]{59}\b"),
    ("cloudflare-origin", r"\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b"),
    ("easypost", r"\bEZ[AT]K[0-9A-Za-z]{54}\b"),
    ("flutterwave", r"\bFLW(?:SEC|PUB)?K?_(?:TEST|LIVE)-?[0-9a-zA-Z]{12,}(?:-X)?"),
    ("frameio", r"\bfio-u-[0-9A-Za-z_=-]{64}"),
    ("facebook", r"\bEAA[MC][0-9A-Za-z]{20,}|\b[0-9]{15,16}(?:\||%7C)[0-9A-Za-z_-]{27,40}\b"),
    ("figma", r"\bfig[dup]r?_[0-9A-Za-z_-]{36,}"),
    ("flyio", r"\bfo1_[0-9A-Za-z_-]{43}|\bfm[12]r?_[0-9A-Za-z+/]{60,}"),
    ("infracost", r"\bico-[0-9A-Za-z]{32}\b"),
    ("mapbox", r"\b[ps]k\.eyJ[0-9A-Za-z_-]{40,}\.[0-9A-Za-z_-]{20,}|\bpk\.[0-9A-Za-z]{60}\.[0-9A-Za-z]{22}"),
    ("maxmind", r"\b[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk\b"),
    ("notion", r"\bntn_[0-9A-Za-z]{40,}|\bsecret_[0-9A-Za-z]{43}\b"),
    ("octopus", r"\bAPI-[0-9A-Z]{26}\b"),
    ("openshift", r"\bsha256~[0-9A-Za-z_-]{43}"),
    ("perplexity", r"\bpplx-[0-9A-Za-z]{40,}"),
    ("groq", r"\bgsk_[0-9A-Za-z]{48,}"),
    ("xai", r"\bxai-[0-9A-Za-z]{60,}"),
    ("replicate", r"\br8_[0-9A-Za-z]{37}\b"),
    ("supabase", r"\bsb(?:p|_secret)_[0-9A-Za-z_]{30,}"),
    ("plaid", r"\baccess-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}\b"),
    ("settlemint", r"\bsm_(?:aat|sat|pat)_[0-9A-Za-z]{16}\b"),
    ("tailscale", r"\btskey-[a-z]+-[0-9A-Za-z-]{20,}"),
    ("typeform", r"\btfp_[0-9A-Za-z_.=-]{59}"),
    ("netlify", r"\bnfp_[0-9A-Za-z]{36,}"),
    ("langsmith", r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b"),
    ("pinecone", r"\bpcsk_[0-9A-Za-z_]{50,}"),
    ("docker", r"\bdckr_(?:pat|oat)_[0-9A-Za-z_-]{27,}"),
    ("nuget", r"\boy2[0-9a-z]{43}\b"),
    ("circleci", r"\bCCIPAT_[0-9A-Za-z]{22}_[0-9a-f]{40}\b"),
    ("buildkite", r"\bbk[a-z]{1,2}_[0-9a-f]{40}\b"),
    ("clickhouse", r"\b4b1d[0-9A-Za-z]{38}\b"),
    ("clojars", r"\bCLOJARS_[0-9a-z]{60}\b"),
    ("cratesio", r"\bcio[0-9A-Za-z]{32}\b"),
    ("databento", r"\bdb-[0-9A-Za-z]{29}\b"),
    ("duffel", r"\bduffel_(?:test|live)_[0-9A-Za-z_=-]{43}"),
    ("elevenlabs", r"\bsk_[0-9a-f]{48}\b"),
    ("freemius", r"\bsk_[\S]{29}[\"']"),
    ("gocardless", r"\blive_[0-9A-Za-z_=-]{40}\b"),
    ("harness", r"\b[ps]at\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{20}\b"),
    ("intra42", r"\bs-s4t2(?:ud|af)-[0-9a-f]{64}\b"),
    ("neon", r"\bnapi_[0-9a-z]{60,}"),
    ("prefect", r"\bpn[ub]_[0-9A-Za-z]{36}\b"),
    ("readme", r"\brdme_[0-9a-z]{70}\b"),
    ("shippo", r"\bshippo_(?:live|test)_[0-9a-f]{40}\b"),
    ("sidekiq", r"://[0-9a-f]{8}:[0-9a-f]{8}@(?:gems|enterprise)\.contribsys\.com"),
    ("twitter-bearer", r"\bA{22}[0-9A-Za-z%]{80,}"),
    ("yandex", r"\bt1\.[0-9A-Z][0-9A-Za-z_-]+[-_=]{0,2}\.[0-9A-Za-z_-]{60,}={0,2}|\bAQVN[0-9A-Za-z_-]{35,38}|\bYC[0-9A-Za-z_-]{38}\b"),
    ("private-key", r"-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-[^-]){20,}(?:-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----)?|PuTTY-User-Key-File-[23]:(?:(?s:.)*?Private-MAC:[ \t]*[0-9A-Fa-f]+)?"),
)  # fmt: skip
PROVIDERS: tuple[SecretRule, ...] = (
    *(SecretRule(provider, provider, pattern) for provider, pattern in _FORMATS),
    SecretRule("github", "github", r"\bgh[pousr]_[0-9A-Za-z]{36}\b", "crc-github"),
    SecretRule("npm", "npm", r"\bnpm_[0-9A-Za-z]{36}\b", "crc-github"),
    SecretRule("jwt", "jwt", r"\beyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}", "jwt"),
    SecretRule(
        "kubernetes",
        "kubernetes",
        r"kind:\s*[\"']?Secret\b[\s\S]{0,300}?\bdata:\s{1,12}[\w.-]{1,80}:\s{0,4}[\"']?([0-9A-Za-z+/]{10,}={0,2})",
        "",
        False,
    ),
    SecretRule("basic-auth", "http", r"(?i)\bbasic ([0-9A-Za-z+/]{16,}={0,2})(?:[\"'\s]|\z)", "basic", False),
    SecretRule(
        "curl-user",
        "http",
        r"\bcurl\b[^\n]{0,200}?(?:-u|--user)[ =]?[\"']?([^\s\"':]{1,80}:[^\s\"'$<>{}]{3,80})",
        "pair",
        False,
    ),
)
URL_PASSWORD = SecretRule(
    "url-password",
    "connection-string",
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'<>?#]{0,64}:([^\s/?#@\"'<>]{3,128})@[\w\[.-]",
    "password",
    cue="://",
    needs="@",
)
_BEFORE_VALUE = r"[\s\"'`=>|(\[]{0,5}"
_OPERATOR = (
    r"[\w .\-\[\]\"'`)]{0,20}?[\s\"'`]{0,3}(?:=>|:{1,3}=|\|\||[:=>?,|(]{1,3}|[ \t]+(?:is|ist|lautet|es|est|was)[ \t]*:?[ \t])"
    + _BEFORE_VALUE
)
_VALUE = r"([0-9a-z][^\s\"'`,;<>()\[\]{}\\|]{7,200})"
_FLAG = (
    rf"--?[\w-]{{0,30}}(?:{SAY})|\b(?:login|user) [^\s]{{1,64}} password|\busing (?:secret|token|key|password)|\bbearer|"
    rf"\b(?:set -g?x|setenv|env|arg) \w{{0,40}}?(?:{SAY})\w{{0,20}}|\bsshpass -p|\bauthorization: token"
)
ASSIGNED = SecretRule(
    "assigned",
    "generic",
    rf"(?i)(?:(?:{SAY}){_OPERATOR}|(?:{_FLAG})[ \t]{{1,3}}[\"']?)(?:bearer |basic |token )?{_VALUE}",
    "random",
    False,
    700,
    SAY_CUE,
)
SERVICE = SecretRule(
    "service", "generic", rf"(?i)(?:{SERVICES}){_OPERATOR}([0-9a-z][0-9a-z_.=\-/+~]{{15,200}})", "service", False, 700
)
HOOK = SecretRule(
    "webhook",
    "generic",
    r"https?://[^\s\"'<>]{0,120}hook[^\s\"'<>]{0,120}/([0-9A-Za-z_-]{20,120})",
    "hook",
    False,
    600,
    "://",
    needs="hook",
)
# Rules for what stands in a run of token characters; what stands around it is for the check to look at.
NAMED = SecretRule("named", "generic", r"\A([0-9A-Za-z][0-9A-Za-z_.\-~]{15,200})", "named", False, 600, token=True)
PREFIXED = SecretRule(
    "prefixed",
    "generic",
    r"\b((?:[0-9A-Za-z]{1,24}[_.\-~]){1,4}[0-9A-Za-z_\-]{16,200})",
    "prefixed",
    False,
    620,
    token=True,
)
BARE = SecretRule("bare", "generic", r"\b([0-9A-Za-z][0-9A-Za-z_\-+/]{19,199})", "bare", False, 600, token=True)
GENERIC: tuple[SecretRule, ...] = (URL_PASSWORD, SERVICE, ASSIGNED, HOOK, NAMED, PREFIXED, BARE)

# Rules that may match although no sixteen characters of ``decode.DecodeGate``'s tokens stand in a row; all others cannot.
WITHOUT_RUN = frozenset(("slack", "freemius", "private-key", "kubernetes", "curl-user", "url-password", "assigned"))
