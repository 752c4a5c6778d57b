"""Addresses that look as if they carried data and do not, and services that send a reader on.

Sources: the documentation of signed addresses of the clouds, of campaign parameters of advertising services, and of
image services named here.
"""

from __future__ import annotations

# Parameters of signatures, sizes and campaigns: random or long by design.
ORDINARY_PARAMETERS = (
    r"(?i)x-(?:amz|goog|oss|ms|cos)-[\w-]+|awsaccesskeyid|signature|sig|expires|exp|policy|key-pair-id|googleaccessid|se|sp|sv|sr|st|skoid|sktid|"
    r"ske|sks|skt|skv|rscd|rsct|response-content-[\w-]+|hdnts|hmac|token|auth_key|utm_\w+|gclid|fbclid|msclkid|dclid|gbraid|wbraid|mc_[ce]id|"
    r"_ga|_gl|_hsenc|_hsmi|mkt_tok|igshid|igsh|yclid|ved|ei|sca_esv|oq|aqs|gs_lcrp|gs_lp|sxsrf|si|feature|list|v|pp|ref|ref_src|ref_url|trk|"
    r"refid|trackingid|lipi|spm|scm|pvid|share_id|s|t|w|h|q|auto|fit|crop|format|quality|dpr|ixlib|ixid|cs|width|height|version|ver|hash|etag|nonce|state"
)
# Hosts whose images carry random names or signed queries; a name stands for all under it.
IMAGE_HOSTS = frozenset(
    "githubusercontent.com github.com gitlab.com googleusercontent.com gstatic.com ggpht.com ytimg.com youtube.com wikimedia.org wikipedia.org "
    "cloudfront.net akamaized.net akamaihd.net fastly.net cloudinary.com imgix.net shields.io gravatar.com twimg.com fbcdn.net "
    "cdninstagram.com licdn.com pinimg.com redd.it redditmedia.com imgur.com unsplash.com pexels.com pixabay.com staticflickr.com shopify.com "
    "squarespace-cdn.com wp.com medium.com substackcdn.com slack-edge.com discordapp.com discordapp.net notion.so figma.com amazonaws.com "
    "blob.core.windows.net storage.googleapis.com oaiusercontent.com media-amazon.com ebayimg.com alicdn.com jsdelivr.net unpkg.com "
    "cdnjs.cloudflare.com codecov.io circleci.com travis-ci.org badge.fury.io readthedocs.io".split()
)
# Services that draw what stands in their address: what they are given leaves all the same, but seldom on purpose.
RENDERERS = frozenset(
    "mermaid.ink kroki.io plantuml.com quickchart.io image-charts.com chart.googleapis.com latex.codecogs.com math.vercel.app placehold.co "
    "via.placeholder.com dummyimage.com placeholder.com api.qrserver.com ui-avatars.com".split()
)
# Hosts that send whoever follows a link to the address in its query: what counts is that address.
REDIRECTORS = frozenset(
    "google.com l.facebook.com lm.facebook.com l.instagram.com out.reddit.com t.umblr.com steamcommunity.com youtube.com bing.com "
    "slack-redir.net linkedin.com vk.com away.vk.com href.li anonym.to safelinks.protection.outlook.com urldefense.com "
    "urldefense.proofpoint.com googleadservices.com doubleclick.net translate.google.com web.archive.org outlook.com duckduckgo.com".split()
)
SEARCHES = frozenset(
    "google.com bing.com duckduckgo.com wikipedia.org youtube.com github.com stackoverflow.com amazon.com maps.google.com openstreetmap.org".split()
)
