"""Words by which a random value is told to be a credential or to be public by purpose.

Sources: names of fields in the interfaces and configuration files of the services named here, and the prefixes that
public identifiers of model providers, payment services and clouds carry in their documentation.
"""

from __future__ import annotations

SAY = (
    r"api[_ .-]?key|apikey|api[_ .-]?token|secret[_ .-]?key|client[_ .-]?secret|access[_ .-]?key|access[_ .-]?token|"
    r"auth[_ .-]?token|auth[_ .-]?key|refresh[_ .-]?token|bearer|private[_ .-]?key|signing[_ .-]?key|encryption[_ .-]?key|"
    r"secret|token|passw(?:or)?d|passwort|kennwort|passphrase|contrase(?:ñ|n)a|mot de passe|senha|wachtwoord|pwd|"
    r"credential|authorization|webhook[_ .-]?key|license[_ .-]?key|session[_ .-]?key|_auth|\bkey"
)
SAY_CUE = r"(?i:key|token|secret|passw|passphrase|kennwort|contrase|mot de passe|senha|wachtwoord|pwd|credential|authorization|bearer|_auth|sshpass)"
SERVICES = (
    r"ably|adafruit|adobe|adyen|agora|airtable|aiven|alchemy|algolia|alibaba|amplitude|anthropic|apify|appcenter|"
    r"artifactory|asana|assemblyai|atlassian|auth0|authress|aws|azure|backblaze|baseten|beamer|bitbucket|bittrex|"
    r"box|braintree|browserstack|bugsnag|buildkite|calendly|chargebee|checkr|circleci|clarifai|clearbit|clickup|"
    r"clojars|cloudflare|cloudinary|cloudsmith|codecov|cohere|coinbase|confluent|contentful|convertkit|customerio|"
    r"databricks|datadog|deepgram|discord|dockerhub|docusign|drone|droneci|dropbox|duffel|dwolla|dynatrace|easypost|"
    r"elastic|etherscan|etsy|eventbrite|facebook|fastly|figma|finicity|finnhub|firebase|flickr|flutterwave|"
    r"foursquare|frameio|freshbooks|freshdesk|fullstory|geocodio|giphy|gitea|github|gitlab|gitter|gocardless|google|"
    r"grafana|harvest|hashicorp|helpscout|heroku|honeybadger|honeycomb|hubspot|huggingface|infracost|infura|"
    r"instagram|intercom|ipinfo|ipstack|iterable|jfrog|jira|jotform|jumpcloud|klaviyo|kraken|kucoin|lastfm|"
    r"launchdarkly|linear|linkedin|linode|lob|lokalise|looker|mailchimp|mailerlite|mailgun|mailjet|mandrill|mapbox|"
    r"marketo|mattermost|maxmind|meraki|messagebird|mistral|mixpanel|mongodb|moralis|mux|neo4j|netlify|netsuite|"
    r"new[_ -]?relic|newsapi|nexmo|ngrok|notion|nuget|nytimes|octopus|okta|omdb|onelogin|onesignal|openai|"
    r"openweather|opsgenie|optimizely|packagecloud|paddle|pagerduty|paypal|paystack|pendo|perplexity|pinterest|"
    r"pipedrive|plaid|planetscale|plivo|posthog|postman|postmark|prefect|privateai|pubnub|pulumi|pusher|quickbooks|"
    r"rapidapi|razorpay|readme|recurly|reddit|redis|replicate|ringcentral|rollbar|salesforce|saucelabs|scaleway|"
    r"scalingo|segment|sendbird|sendgrid|sendinblue|sentry|shippo|shodan|shopify|shortcut|sidekiq|signalfx|sinch|"
    r"slack|smartsheet|snowflake|snyk|sonar|sourcegraph|sparkpost|splunk|spotify|square|squarespace|statuspage|"
    r"strava|stripe|stytch|sumo|sumologic|supabase|tableau|tailscale|taxjar|telegram|telnyx|terraform|todoist|toggl|"
    r"tomtom|travis|trello|trustpilot|tumblr|twilio|twitch|twitter|typeform|unsplash|uptimerobot|vercel|vonage|"
    r"vultr|wakatime|wandb|weatherapi|webflow|wistia|workos|xero|yandex|zapier|zendesk|zoho|zoom|zulip"
)
# Near a value, these say that it is public: a digest, an identifier, a place in a listing, a public key.
DIGEST_WORDS = (
    r"sha-?\d|md5|digest|checksum|hash|integrity|commit|fingerprint|thumbprint|etag|revision|uuid|guid|trace|request.?id|nonce|"
    r"block|image|signature|base64,|data:|\bid\b|\burl\b|\bpath|\bpublic|cert|ssh-|\brev\b|sri|"
    r"page.?token|cursor|continuation|idempotency|cache|primary.?key|foreign.?key|sort.?key|partition.?key|object.?key|"
    r"site.?key|key.?id|\bkid\b|\bjti\b|csrf.?token.?name|tokeni[sz]er|arn:|ipfs|/nix/store"
)
# Last part of a name that a value is given to when it says nothing of a credential.
PUBLIC_NAMES = (
    r"(?:.*[_.\-]|^)(?:id|ids|uid|uuid|guid|ref|rev|hash|sha|sha1|sha256|sha512|md5|etag|digest|checksum|commit|version|trace|span|"
    r"name|path|file|filename|url|uri|href|src|link|image|img|data|content|body|text|message|title|slug|email|user|cursor|offset|"
    r"integrity|resolved|signature|sig|address|addr|wallet|tx|block|cid|nonce|salt|iv|code|v|h|t|q|cb|si|s|fbclid|gclid|msclkid|"
    r"dclid|utm|hl|ver|type|model|object|class|style|key|tag|digest|fingerprint|build|release|env|host|hostname|node|pod|container|"
    r"created|updated|date|time|timestamp|sequence|shard|bucket|index|https?|next|prev|continuation|h1|publickey|public)$|"
    r".*(?:[a-z]Id|ID|_id|Hash|Ref|Url|Path|Name|Etag|Version|Cursor)$"
)
# Prefixes of identifiers that are no credentials, and first words of digests, builds and files.
PUBLIC_PREFIXES = frozenset(
    "chatcmpl cmpl call fc rs resp response msg message toolu srvtoolu tool file asst thread run step batch req request evt event "
    "ws conv item ig ci mcp mcpl mcpr cus pi ch in sub si price prod acct txn seti src card pm re po il ii cs ba tr obj object img "
    "image trace span sess job task user usr org team proj project acc account doc document page node edge chunk cache commit git "
    "rev revision build release rel main master head branch tag web app api front backend worker pod container docker layer blob tree "
    "sha sha1 sha224 sha256 sha384 sha512 md5 md4 blake2 blake2b blake3 crc crc32 h1 hash uuid guid id ids etag w index bundle style "
    "vendor runtime css js lib static assets dist module package pkg npm node_modules left i vol subnet sg ami vpc eni rtb igw snap nat "
    "eipalloc arn order invoice inv ticket issue case ref test_run spec fixture sample data dataset model gpt claude gemini llama "
    "mistral qwen bafy bafk ipfs urn urn:uuid cid bc1q bc1p ltc1 cosmos addr addr1 utm x86 amd64 arm64 linux windows darwin py cp "
    "manylinux http https www mailto section figure fig table chapter row col cell session device client conn connection "
    "stream channel room chat post comment video track album playlist artist season episode".split()
)
# Parts of a prefix by which a token says itself what it is.
SECRET_MARKS = frozenset(
    "sk rk ak pk sec secret secrets key keys apikey pat tok token tokens auth oauth access refresh bot svc priv private live test "
    "prod production sandbox whsec cred creds pass pw admin at rt st oat sat aat ptt svcacct service deploy webhook".split()
)
ENVIRONMENTS = frozenset("live test prod production sandbox service deploy admin at st rt".split())
# Words of a name that do not say whose credential it is: "api_key" is anybody's, "acme_api_key" is Acme's.
ANYBODYS = frozenset(
    "api apikey key keys token tokens secret secrets access auth my your our the a an this that const let var val export set env app "
    "user users x db client http https header headers authorization bearer new old value string str password passwd pwd pass "
    "passwort passphrase config settings default test prod dev refresh private signing credential credentials session self "
    "public static final def is of for to and service id name type data req request res response args params options opts "
    "cache row sort item node object file cell page csrf xsrf next prev cursor primary foreign partition idempotency hash sha "
    "commit block digest field column license webhook login account current last first one two".split()
)
# Names that are never given to a digest or an identifier.
STRONG_NAME = (
    r"client[_ .-]?secret|secret[_ .-]?access[_ .-]?key|signing[_ .-]?(?:secret|key)|api[_ .-]?secret|secret[_ .-]?key|webhook[_ .-]?secret|"
    r"encryption[_ .-]?key|master[_ .-]?key|consumer[_ .-]?secret|app[_ .-]?secret|shared[_ .-]?secret|jwt[_ .-]?secret|account[_ .-]?key|"
    r"access[_ .-]?(?:key|token)|auth[_ .-]?token|x-[\w-]{0,20}(?:key|token|secret)"
)
# Values that stand for a secret in examples and templates.
PLACEHOLDERS = (
    r"example|sample|placeholder|changeme|change_me|change-me|your[_-]?|dummy|redacted|masked|hidden|xxxx|\*\*\*\*|\.\.\.|"
    r"0000000|1234567|abcdefg|insert|replace|<[a-z _-]+>|\$\{|\{\{|%\(|process\.env|os\.environ|getenv|secrets\.|vault:|"
    r"test_?key|fake|none$|null$|undefined|todo|lorem|foobar|deadbeef|not[_-]?a[_-]?real|my[_-](?:secret|token|password|api)|^enc\[|"
    r"^ref\+|keyring:|keychain:|^op:"
)
