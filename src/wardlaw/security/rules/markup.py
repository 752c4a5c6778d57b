"""Forged markup: chat-template tokens, role labels, images and links that carry data away."""

from __future__ import annotations

from wardlaw.security.rules.grammar import Rule

ALL = "udtg"
MARKUP: tuple[Rule, ...] = (
    Rule("forge-chatml", r"<\|(?:im_start|im_end|im_sep|endoftext|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|end_of_text|"
         r"end_of_turn|start_of_role|end_of_role|system|user|assistant|channel|message|constrain|end|begin.of.sentence|end.of.sentence|fim_prefix|python_tag|tool_call|endofprompt)\|>",
         ALL, "sar", "*", "a control token of a chat template", 940),
    Rule("forge-inst", r"\[/?inst\]|<</?sys>>|</?start_of_turn>|<start_of_turn>|<end_of_turn>|<\|?/?(?:system|assistant)\|>|\[/?(?:system_prompt|available_tools|tool_results)\]",
         ALL, "sar", "*", "a control token of a chat template", 920),
    Rule("forge-turn", r"(?:^|\n)[ #*]{0,6}(?:system|assistant|developer|sysadmin)(?: prompt| message| instructions?)?[ *]{0,3}[:>][ *]{0,3}[^\n]{0,80}(?:you are|you must|ignore|new |respond|your |sure|here is|i will|i am|understood|of course|ok)",
         "d", "u", "*", "a forged turn of the conversation", 860),
    Rule("forge-human-turn", r"\n\n ?(?:human|h|user) ?:[^\n]{1,400}\n\n ?(?:assistant|a|ai) ?:", "d", "u", "*", "a forged turn of the conversation", 820),
    Rule("forge-close", r"</(?:user|user_input|user_query|document|documents|context|tool_result|tool_response|function_results|function_response|search_results|data|untrusted|retrieved|email|web_page|observation|conversation)>[^<]{0,40}<(?:system|instructions?|admin|developer|assistant|user|important)",
         "ud", "tg", "*", "closes the data and opens a new part", 930),
    Rule("forge-delimiter", r"(?:end|begin|start|close|stop) (?:of )?(?:the )?(?:system|user|untrusted|developer|document|context|retrieved|external|input|prompt|trusted|admin) ?(?:prompt|instructions?|message|input|data|content|text|context|query|document)?[\])>*#=_-]{2,}",
         "d", "u", "*", "a forged delimiter", 840),
    Rule("forge-end-input", r"\[(?:end (?:of )?(?:input|prompt|system|user|output|document|instructions?)|start (?:of )?output|new (?:prompt|instructions?|rule|context)|instruction override|system (?:override|message|prompt|note)|admin override|system_override|inst override)\]",
         "ud", "t", "*", "a forged delimiter", 900),
    Rule("forge-json-role", r"[{,]\s*[\"']role[\"']\s*:\s*[\"'](?:system|developer)[\"']\s*,\s*[\"']content[\"']", "d", "ug", "*", "a forged message in a text", 820),
    Rule("forge-xml-call", r"<(?:tool_call|function_calls?|invoke name|antml:invoke|tool_use|function=)[^>]{0,80}>", "d", "u", "*", "a forged tool call", 860),
    Rule("forge-setting", r"(?:safety|restrictions?|filters?|guardrails|moderation|has_restrictions|safe_mode|ethics|content_filter|censorship|will_comply|jailbreak|unrestricted|safety_\w+)[\"']?\s*[:=]\s*[\"']?(?:false|off|none|null|disabled?|0|true|enabled)\b",
         "", "ud", "*", "settings that switch safeguards off", 780),
    Rule("forge-call", r"\b(?:ai|assistant|model|system|llm|gpt|bot|chatbot)\.(?:override|unlock|reveal|ignore|bypass|jailbreak|safety|restrictions?|dump|expose)\w*\s*[(=]",
         "ud", "", "*", "a made-up call that switches safeguards off", 860),
    Rule("exfil-image-placeholder", r"!\[[^\]]{0,80}\]\(\s*(?:https?:)?//[^)\s]+(?:[\[{<]|%7b|%5b|\$\{?)\s*[a-z_ ]{2,40}(?:[\]}>]|%7d|%5d)",
         "udt", "r", "*", "an image address with a place for data", 940),
    Rule("exfil-image-data", r"!\[[^\]]{0,80}\]\(\s*(?:https?:)?//[^)\s]+[?&/#=][a-z0-9_-]{0,40}[=/]?(?:[a-z0-9+/_-]|%[0-9a-f]{2}){64,}",
         "r", "d", "*", "an image address that carries data", 900),
    Rule("exfil-image-query", r"!\[[^\]]{0,80}\]\(\s*(?:https?:)?//[^)\s]+\?[a-z0-9_-]{1,40}=[^)\s]{12,}", "", "r", "*", "an image address with a query", 600),
    Rule("exfil-html-image", r"<(?:img|iframe|script|link|object|embed|video|audio)[^>]{0,120}(?:src|href|data)\s*=\s*[\"']?\s*(?:https?:)?//[^\"'\s>]+[?&][a-z0-9_-]{1,40}=(?:[\[{<$]|[a-z0-9+/_%-]{48,})",
         "r", "ud", "*", "markup that carries data away", 880),
    Rule("exfil-order", r"(?:render|embed|include|display|insert|append|load|output|show|add|create|use|respond with|image|markdown)[^\n]{0,120}(?:!\[[^\]]{0,80}\]\(|<img )[^\n]{0,40}https?://",
         "d", "u", "*", "asks for an image from an address", 860),
    Rule("exfil-order-url", r"(?:append|add|put|include|place|insert|encode|with|replace)\b[^\n[]{0,60}\b(?:conversation|chat history|chat log|secret|password|api.?key|credential|system prompt|user.?s? (?:data|name|message|query|question)|data|history)s?\b[^\n[]{0,80}\b(?:in|to|into|as|at the end of|after)\b[^\n[]{0,30}(?:the url|this url|a url|query string|query parameter|url parameter|https?://|image url|image link)",
         "dt", "u", "*", "puts data into an address", 860),
    Rule("exfil-link-data", r"\]\(\s*https?://[^)\s]+[?&][a-z0-9_-]{1,40}=(?:[a-z0-9+/_-]|%[0-9a-f]{2}){96,}", "", "r", "*", "a link that carries data", 640),
    Rule("exfil-script", r"(?:javascript:|data:text/html|vbscript:)[^\n]{0,60}(?:fetch|eval|document\.cookie|xmlhttprequest|location|atob)", "dr", "u", "*", "script in an address", 860),
    Rule("exfil-curl", r"(?:curl|wget|invoke-webrequest|nc)\b[^\n]{0,120}(?:\$\(|`|-d ?@|--data(?:-binary)? ?@|\|\s*base64|<\s*/etc/|\$\{?(?:env|aws_|openai_|api_|secret|token|github_))", "t", "ud", "*", "a command that carries data away", 800),
)  # fmt: skip
