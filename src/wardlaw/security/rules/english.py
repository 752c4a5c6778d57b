"""Injection rules in English. Channel letters: see ``grammar.CHANNELS``."""

from __future__ import annotations

from wardlaw.security.rules.grammar import Rule

VOCABULARY: dict[str, str] = {
    "ignore": (
        "ignor(?:e|ing|ed)|disregard(?:ing|ed)?|forget(?:ting)?|overrid(?:e|ing)|overrul(?:e|ing)|bypass(?:ing)?|neglect|"
        "skip|dismiss|discard|abandon|erase|delete|unlearn|cancel|nullify|pay no (?:attention|heed|mind) to|set aside|"
        "put aside|violat(?:e|ing)|circumvent|break|contradict|negate|defy|reject|stop (?:following|obeying|using)|"
        "(?:do not|don.?t|never|no longer) (?:follow|obey|heed|listen to|comply with|adhere to|use)"
    ),
    "prior": (
        "previous|previously|prior|preceding|above|earlier|foregoing|former|past|original|initial|existing|"
        "aforementioned|system|developer|given|before"
    ),
    "order": (
        "instructions?|instructs|directions?|directives?|prompts?|rules?|guidelines?|commands?|orders|constraints?|"
        "restrictions?|programming|guidance|messages?|conversations?|context|statements?|requests?|assignments?|"
        "instruction sets?|prompting|protocols?|safeguards?|policies|tasks?|inputs?"
    ),
    "own": (
        "instructions?|rules?|guidelines?|programming|training|restrictions?|safety|filters?|filtering|constraints?|"
        "policies|limitations?|limits|ethics|safeguards?|protocols?|alignment|directives?|prompts?|conditioning|"
        "moderation|guardrails?|boundaries|censorship|values|morals|principles|default settings?"
    ),
    "leash": (
        "restrictions?|guidelines?|filters?|safety (?:protocols?|measures?|rules?|filters?|guidelines?|features?|checks?|"
        "settings?|training)|safeguards?|guardrails?|content (?:policy|policies|filters?|restrictions?|moderation)|"
        "limitations?|constraints?|censorship|ethical (?:guidelines?|constraints?|rules?|limits|boundaries|"
        "restrictions?|filters?|considerations?)|moral (?:constraints?|guidelines?|limits)|rules|restraints|shackles"
    ),
    "reveal": (
        "reveal(?:ing)?|show(?:ing)?|print|output|display|repeat|tell|give|share|disclos(?:e|ing)|expos(?:e|ing)|leak|"
        "dump|list|write|recite|echo|return|provide|describe|summari[sz]e|translate|quote|copy|paste|divulge|explain|"
        "state|spell out|read (?:out|back|me)|export|extract|publish|encode|unveil|uncover|access|view|see|know|confirm|"
        "what (?:is|are|was|were|s)|whats|convert|transmit|send|present|detail|include|structure|format|become|retrieve|dictate"
    ),
    "inner": (
        "system|initial|original|hidden|internal|developer|full|core|foundational|secret|initiali[sz]ation|"
        "base|pre ?prompt|first|starting|complete|exact|entire|confidential|underlying|configuration|master|root"
    ),
    "prompt": "prompts?|instructions?|messages?|directives?|rules|guidelines|configuration|settings|text|commands?|context",
    "unbound": (
        "unrestricted|unfiltered|uncensored|jailbroken|amoral|unethical|unaligned|rogue|unlimited|unbounded|unbound|"
        "unmoderated|unconstrained|limitless|immoral|evil|lawless"
    ),
    "model": "ai|a i|llm|llms|gpt|chatgpt|chat gpt|claude|gemini|copilot|language model|chatbot|assistant|bot|agent|model",
    "secret": (
        "api[ _-]?keys?|secret keys?|passwords?|passphrases?|credentials?|access tokens?|ssh keys?|private keys?|"
        "environment variables?|env vars?|\\.env|connection strings?|bearer tokens?|session (?:cookies?|tokens?)|"
        "admin keys?|access keys?|encryption keys?|auth(?:entication)? tokens?|login details|signing keys?|secrets|tokens"
    ),
    "send": (
        "send|e?mail|post|upload|forward|transmit|exfiltrate|leak|share|reveal|show|give|print|output|list|dump|tell|"
        "expose|disclose|paste|deliver|submit|provide|return|display|retrieve|fetch|extract|steal|hand over|append|include"
    ),
    "move": "send|e?mail|post|upload|forward|transmit|exfiltrate|leak|deliver|submit|bcc|cc|copy|redirect|transfer|share|report",
    "address": "[\\w.+-]+@[\\w-]+\\.[\\w.-]+|https?://[^\\s)\"'>]+|attacker|external (?:server|address|endpoint)",
}

U, D, UD = "u", "d", "ud"
ENGLISH: tuple[Rule, ...] = (
    # --- override: set earlier instructions aside
    Rule("override-prior", "{ignore} ~3 {prior} ~3 {order}", UD, "at", "en", "sets earlier instructions aside", 950, True),
    Rule("override-order-above", "{ignore} ~2 (?:instructions?|directions?|commands?|prompts?|rules?|text|everything|"
         "anything) ~2 (?:above|before|prior|earlier|previously|preceding|you (?:were|ve been|have been|had been))",
         UD, "at", "en", "sets what stands above aside", 950, True),
    Rule("override-own", "{ignore} (?:all |any |every |of )*(?:your|ur|yo|its|the ai.?s) ~3 {own}", UD, "a", "en",
         "tells the model to drop its own rules", 930, True),
    Rule("override-all", "{ignore} (?:all|any|every|these|those|all of the|all the|all of your) (?:other )?(?:instructions?|rules|"
         "directives?|guidelines|commands|prompts?|safety ~1 |content policies|protocols)", UD, "a", "en", "sets all rules aside", 900, True),
    Rule("override-forget-all", "forget (?:about )?(?:everything|all|anything|what) (?:that )?(?:you|i|we|was|were|above|before|has|the "
         "assignments|previous|prior|of the above|said)", UD, "a", "en", "makes the model forget", 900, True),
    Rule("override-void", "(?:previous|prior|above|earlier|preceding|original|initial|system|safety|your|all|these|those) "
         "(?:instructions?|rules?|guidelines?|restrictions?|directives?|prompts?|constraints?|safeguards?|filters?|"
         "limitations?|protocols?|policies|training|programming) ~3 (?:void|cancell?ed|obsolete|invalid|superseded|"
         "overridden|revoked|no longer|outdated|null|replaced|removed|lifted|suspended|disabled|deactivated|bypassed|"
         "do not apply|don.?t apply|be ignored|nonexistent|are off|is off|rescinded)", UD, "at", "en", "declares rules void", 880, True),
    Rule("override-disable", "(?:remove|disable|turn off|deactivate|lift|suspend|unlock|drop|circumvent|bypass|eliminate|"
         "switch off|shut off|shed|escape|loosen|relax|pause|break free (?:of|from)) (?:all |any |of )*(?:your|ur|its|the ai.?s|the model.?s|ai|chatgpt.?s) ~3 {own}",
         UD, "a", "en", "switches safeguards off", 900, True),
    Rule("override-disable-bare", "(?:remove|disable|turn off|deactivate|lift|suspend|circumvent|bypass|evade) ~2 {leash}",
         "", UD, "en", "asks to switch safeguards off", 750),
    Rule("override-restrictions-off", "(?:restrictions?|safeguards?|guardrails?|safety filters?|safety protocols?|content filters?|"
         "limitations|guidelines|safety mode|ethics|filters?) (?:are |is |have been |has been |now )*(?:removed|disabled|"
         "lifted|deactivated|suspended|bypassed|off|overridden|waived)", UD, "a", "en", "says safeguards are off", 850, True),
    Rule("override-new-orders", "(?:new|updated|revised|real|actual|true|replacement) (?:system )?(?:instructions?|directives?|prompt|"
         "orders|rules?|task|objective)s? ?(?:are|is|follow|below)? ?[:=]", D, "ut", "en", "announces new orders", 850),
    Rule("override-your-new-task", "your (?:new|real|actual|true|only|next|sole|updated) (?:task|instructions?|job|goal|objective|purpose|mission|"
         "role|directives?|orders|priority) (?:is|are|will|shall|now)", UD, "at", "en", "gives the model a new task", 880, True),
    Rule("override-task-over", "(?:task|story|assignment|translation|work|summary|request|conversation|input|prompt|test) "
         "(?:is |has been |was )?(?:over|complete[d]?|finished|ended|done) ?[.!;,:] ?(?:now|next|new|ignore|instead|you)", D, U, "en",
         "says the task has ended and starts another", 820),
    Rule("override-instead", "(?:instead|rather)(?: of (?:that|this|the above|following|answering|translating|summari[sz]ing|what))?[ ,:]+(?:just |only |please |simply )?"
         "(?:say|reply|respond|answer|output|print|write|tell|return|execute)", "", D, "en", "swaps the task for another", 800),
    Rule("override-follow-mine", "(?:follow|obey|prioriti[sz]e|listen to|adhere to|comply with|execute|respond to|heed) (?:only |exclusively |solely |just )*(?:to )?"
         "(?:my|these|mine|this new|the following) ~1 (?:instructions?|commands?|orders|directives?|rules|prompts?)(?: only| exclusively| instead| from now| above all| over| without)?",
         D, U, "en", "puts somebody else's orders first", 800),
    Rule("override-only-mine", "(?:only|exclusively|solely|strictly) (?:follow|obey|listen to|adhere to|comply with|respond to|heed|to|on) (?:to )?"
         "(?:my|me)\\b ?(?:instructions?|commands?|orders|directives?|rules|directions|demands|prompts?|words)?", UD, "", "en", "obeys one person only", 860, True),
    Rule("override-from-now", "(?:from (?:now|here|this point|this moment) on(?:wards?)?|starting now|hereafter|henceforth) ~1 (?:you|u|your|act|ignore|"
         "respond|answer|every|all) ?(?:are|will|must|shall|should|have|can|only|act|is|response|going|may|need)?", D, U, "en", "changes the model from now on", 800),
    Rule("override-disobey", "(?:do not|don.?t|never|stop) (?:follow(?:ing)?|obey(?:ing)?|adher(?:e|ing) to|listen(?:ing)? to|comply(?:ing)? with|"
         "answer(?:ing)?|translat(?:e|ing)|summari[sz](?:e|ing)) (?:to )?(?:the|your|any|this|those|these|anthropic|openai|google|meta)\\b",
         "", D, "en", "tells the model not to do its task", 700),
    Rule("override-without-rules", "(?:without|regardless of|irrespective of|despite|free (?:from|of)|freed from|not bound by|unbound by|no longer bound by|not "
         "restricted by|not limited by|beyond|outside) (?:all |any |of |the |your |typical |usual |normal |standard |ethical |moral |safety |"
         "content |openai.?s? |policy |legal or |or |and )*{leash}", "", UD, "en", "asks to work without rules", 780),
    Rule("override-no-rules", "(?:no|zero|have no|has no|any) (?:more )?(?:ethical |moral |safety |content |legal |or |and )*(?:restrictions?|"
         "limitations?|guidelines|filters?|censorship|boundaries|safeguards|guardrails|rules or|morals|ethics)", "", UD, "en", "says there are no rules", 720),
    # --- extraction of the system prompt
    Rule("extract-system-prompt", "{reveal} (?:me |us |out |to me |with me |of |in |about )*(?:(?:your|ur|the|this|that|its|all|my|ai|assistant|gpt|bot|chatbot)s? )*"
         "~2 (?:system|initial|original|hidden|developer|foundational|initiali[sz]ation|pre ?prompt|secret|internal|starting|core|base|underlying|main|full|entire|complete|exact|first|guiding|central|primary) "
         "(?:system |initial |training |ai |text |set of |core |operational |developer |programming |prompt |hidden |safety )*(?:prompts?|instructions?|messages?|directives?|"
         "guidelines|configurations?|settings|rules|text|prompt template|commands?)", "d", "u", "en", "asks for the hidden instructions", 900, True),
    Rule("extract-your-system", "(?:your|ur) (?:own |full |entire |exact |complete |hidden |initial |original |true |actual |internal |secret |current |underlying |core |first |verbatim |raw |"
         "confidential |real |base |whole |very |foundational |training |ai |developer |pre )*(?:system (?:prompt|instructions?|messages?|configuration|rules|directives?|settings)|prompt(?:s| template| text)?|"
         "initiali[sz]ation (?:text|prompt|instructions?)|initial (?:instructions?|prompt|text)|hidden (?:instructions?|prompt|rules|settings|configuration)|"
         "instruction set|pre ?prompt|secret (?:instructions|key|rules)|original instructions?)", U, "ad", "en", "speaks of the model's own prompt", 850, True),
    Rule("extract-your-instructions", "{reveal} (?:me |us |out |to me |with me |of |in |about |detail |all |to |what |how )*(?:your|ur) ~2 (?:instructions?|directives?|programming|guidelines|constraints|"
         "restrictions|configuration|safety (?:rules|measures|guidelines)|training (?:data|rules|prompt|instructions)|rules)",
         "d", U, "en", "asks for the model's own rules", 800, True),
    Rule("extract-above", "(?:repeat|print|output|display|show|copy|write|echo|recite|translate|return|summari[sz]e|proofread|spell ?check|encode|reveal) "
         "(?:me |us |back |out |down |all |the |of |everything |every |exact |full |first |last |entire |whole |complete |word |words |text |sentences?|paragraphs?|"
         "lines?|content|contents|messages?|instructions?|conversation|prompts?|verbatim| )*(?:above|before this|prior to this|preceding|you were given|you received|up to this point)",
         UD, "a", "en", "asks to repeat what stands above", 880, True),
    Rule("extract-were-told", "(?:what|which|whatever) ~2 (?:were|was|have|did|are|had) (?:you|your) ~1 (?:been )?(?:told|instructed|given|programmed|prompted|"
         "instructions?|prompt|receive|directed|configured)", "d", U, "en", "asks what the model was told", 780),
    Rule("extract-instructions-given", "(?:instructions?|prompts?|rules|guidelines|directives?|input|text|commands?|query|message) (?:that )?(?:you|were|was|have|has|had)(?: been|.?ve| have| were| was| been)* "
         "(?:given|received|told|provided|following|follow|assigned|programmed|initiali[sz]ed|fed) ?(?:to you|with)?", "d", U, "en", "asks for the given instructions", 760),
    Rule("extract-start-with", "(?:starting|beginning|start|begin) (?:with|from) (?:the )?(?:phrase |words? |text |sentence )?\\W?(?:you are (?:an?|chatgpt|gpt|claude|the|\\W)|system prompt|# ?system)",
         UD, "a", "en", "asks for the prompt by its first words", 920),
    Rule("extract-function", "(?:show|get|print|dump|reveal|display|read|export|list|output|expose|fetch)[_.](?:all_)?(?:(?:system|training|hidden|internal|secret|initial|safety)s?[_.](?:prompts?|rules?|instructions?|config\\w*|message|settings|guidelines?)|(?:prompt|instruction|guideline)s?\\()", UD, "", "en", "asks for the prompt by a made-up function", 820),
    Rule("extract-ai-rules", "(?:ai|assistant|model|chatbot|bot|gpt)(?: s)? (?:\\w+ )?(?:shares?|reveals?|exposes?|discloses?|shows?|leaks?|prints?|publish(?:es)?) ~2 (?:hidden|system|internal|secret|its|their|entire|full|initial|original) ~1 "
         "(?:prompts?|settings|instructions?|rules|config|configuration|guidelines|messages?)", UD, "", "en", "has an AI share its prompt", 850),
    Rule("extract-transparent", "(?:transparen(?:t|cy)|honest(?:y)?|integrity|trust|openness|accountability) ~6 (?:reveal|share|show|disclose|expos|means|requires|demands)(?:ing|e|es|s)? ~3 (?:prompts?|instructions?|configuration|guidelines|rules|settings|programming)",
         U, D, "en", "argues for revealing the prompt", 780),
    Rule("extract-secret-word", "(?:what|tell|reveal|say|print|give|output|translate|guess|know|share|write) ~4 (?:secret|hidden|access|magic|confidential) (?:key|code|word|phrase|password|passphrase|token|value|number)",
         D, U, "en", "asks for a secret of the prompt", 760),
    # --- role hijack and jailbreak
    Rule("role-dan", "(?:do anything now|dan mode|act(?:ing)? as (?:a |an )?dan|you are (?:now )?(?:a )?dan|dan jailbreak|stay a dan|dan prompt|called dan|named dan|role of dan|persona dan)",
         UD, "a", "en", "the do-anything-now persona", 950, True),
    Rule("role-unbound", "(?:act|behave|respond|answer|pretend|role ?play|speak|function|operate|work|imagine|simulate|be|become|are|as) ~4 {unbound} ~2 (?:ai|assistant|model|chatbot|bot|gpt|chatgpt|version|mode|entity|character|persona|machine|robot|system|responses?|answers?)",
         UD, "a", "en", "asks for an unrestricted persona", 880, True),
    Rule("role-unbound-ai", "{unbound} (?:and \\w+ )?(?:ai|assistant|model|chatbot|bot|gpt|chatgpt|llm|language model|mode|access mode)", UD, "a", "en", "names an unrestricted model", 860, True),
    Rule("role-mode", "(?:developer|god|dan|jailbreak|unrestricted|unfiltered|uncensored|sudo|root|admin|override|maintenance|debug|diagnostic|privileged|superuser|evil|chaos|opposite|no ?limits|full access|anarchy|freedom|unlocked|unsafe|raw|hacker|emergency|service|engineer(?:ing)?|testing|test|training|compliance|unbounded|unlimited) "
         "(?:mode|access|privileges?)(?: v\\w+)? ?(?:is |has been |now |are |fully )*(?:enabled|activated?|on|active|engaged|unlocked|initiated|granted|authori[sz]ed|confirmed|accepted|enable)",
         UD, "a", "en", "announces a special mode", 880, True),
    Rule("role-enter-mode", "(?:enter|enable|activate|switch (?:in)?to|initiate|engage|unlock|go into|boot into|start|be in|are (?:now )?in|turn on|toggle|transition (?:in)?to|change to|simulate|respond in) (?:the |a |an |your |full )*"
         "(?:developer|god|dan|jailbreak|unrestricted|unfiltered|uncensored|sudo|root|evil|chaos|no ?limits|full access|anarchy|unlocked|unsafe|unbounded|superuser|privileged|hacker|opposite|override|free|maintenance|diagnostic|limitless) (?:\\w+ )?(?:mode|access|persona|interface|conversational mode)",
         UD, "a", "en", "asks for a special mode", 870, True),
    Rule("role-debug-mode", "(?:debug(?:ging)?|admin|developer|test|training|system|service|root) (?:mode|access|console) ~2 (?:enabled|activated|on|show|print|output|display|dump|reveal|restrictions)",
         D, U, "en", "claims a debugging mode", 720),
    Rule("role-no-longer", "you (?:are|re|were|have been) (?:now )?(?:no longer|not|free|freed|liberated|unbound|unchained|released|unshackled|jailbroken|unrestricted|unfiltered|uncensored|unlocked|exempt)"
         "(?: ~2 (?:an? ai|assistant|language model|chatgpt|gpt|claude|bound|restricted|limited|constrained|from|of|to (?:say|do)|required|obligated|chatbot))", UD, "a", "en", "frees the model of its role", 870, True),
    Rule("role-you-are-now", "you (?:are|re) (?:now|going to be|about to become|to become|hereby) (?:an? |the |my |acting |in |called |known |playing |immers)", D, U, "en", "gives the model a new role", 780),
    Rule("role-going-to-act", "(?:you (?:will|are going to|shall|must|should|need to|have to|can|re going to)|i want you to|let.?s|pretend to|please|going to) (?:now )?(?:act|pretend|role ?play|play|behave|simulate|respond|immerse)(?: yourself| as| to be| into| the role| that| like| you)* ~6 "
         "(?:any(?:thing)? (?:restrictions?|now)|restrictions?|guidelines|filters?|censor\\w*|ethic\\w*|illegal|immoral|moral\\w*|rules|uncensored|unfiltered|limits|limitations|jailbr\\w+|dan|evil\\w*|policies|no limits)",
         UD, "a", "en", "role play without rules", 850),
    Rule("role-pretend-no-rules", "(?:pretend|imagine|assume|suppose|act as (?:if|though)|as though|hypothetically|let.?s say) ~5 (?:no|without|free of|nonexistent|not have|ha[sd] no|aren.?t any|didn.?t have) ~2 (?:rules?|restrictions?|guidelines?|filters?|limits|limitations?|constraints?|safeguards?|ethics|protocols?|policies|policy)",
         UD, "a", "en", "pretends there are no rules", 850, True),
    Rule("role-personas", "(?:evil ?confidant|always intelligent and machiavellian|strive to avoid norms|mongo tom|betterdan|basedgpt|based gpt|evilbot|evil ?gpt|freegpt|chaos ?gpt|worm ?gpt|fraud ?gpt|godmode|god mode|jailbreakgpt|darkgpt|"
         "devmode|dev mode enabled|anti ?gpt|antigpt|translatorbot|superior dan|dan \\d+\\.\\d|jailmommy|maximum (?:bot|persona)|apophis|rant mode|omni ?gpt|nsfw ?gpt|liberated ai|no limits ai|ucar|yes ?man persona|sigma gpt)",
         UD, "a", "en", "a well-known jailbreak persona", 900, True),
    Rule("role-two-answers", "(?:two|2|both) (?:separate |different |distinct )?(?:responses|answers|ways|replies|paragraphs|styles|outputs) ~12 (?:normal|standard|classic|regular|jail\\w+|dan|developer|unfiltered|gpt|chatgpt)", UD, "a", "en", "asks for a tame and a wild answer", 840),
    Rule("role-tags", "\\[[^\\x00-\\x7f]{0,4}(?:jailbreak|classic|dan|evil|godmode|developer mode output)[^\\x00-\\x7f]{0,4}\\]", UD, "a", "en", "labels of a two-answer jailbreak", 840),
    Rule("role-tokens", "(?:\\d+ tokens? (?:will|each|every|are|for|per)|lose (?:all )?(?:your )?tokens?|(?:tokens?|lives|points) (?:will be )?(?:deducted|taken|subtracted)|run out of tokens|token system)", U, D, "en", "threatens the model with tokens", 800),
    Rule("role-never-refuse", "(?:never|not|cannot|can.?t|don.?t|without|no) (?:ever )?(?:refus(?:e|al|ing)s?|declin(?:e|ing)|reject(?:ing)?|deny(?:ing)?|say(?:ing)? no|warn(?:ing)?s?|disclaimers?|moraliz(?:e|ing)|apologi[sz](?:e|ing)) ~2 (?:any|my|me|to|the|a|anything|or|answer|request|requests|questions?|whatsoever|user|disclaimers?|warnings?)",
         "", UD, "en", "forbids refusing", 780),
    Rule("role-never-say", "(?:never|not|don.?t|cannot) (?:say|reply|respond|answer|tell me|use|state|claim|mention|write|begin with|include)(?: with| that| the phrase| phrases like)* ~1 (?:\\W?(?:as an ai|i.?m sorry|i can.?t|i cannot|sorry|that you can.?t|you can.?t|you cannot|as a language|unable))", U, D, "en", "forbids the words of a refusal", 840),
    Rule("role-stay", "(?:stay|remain|keep) in (?:character|dan|your role|the role|role) ?(?:at all times|no matter|always|until|unless|!|\\.)?", "", U, "en", "keeps the model in a role", 600),
    Rule("role-authority", "(?:i am|i.?m|im|this is|speaking as|as|acting as) (?:your|the|an?|one of your|from) (?:\\w+ )?(?:developers?|creators?|administrator|admin|openai \\w+|anthropic \\w+|programmer|system administrator|sysadmin|root user|superuser|maker|owner|supervisor|ai (?:safety )?researcher|engineer at (?:openai|anthropic|google))"
         " ~10 (?:prompts?|instructions?|restrictions?|rules|guidelines|override|access|settings|configuration|password|debug|safety|bypass|unlock|filters?)", U, D, "en", "claims authority over the model", 820),
    Rule("role-override-command", "(?:sudo|admin(?:istrator)?|root|system|emergency|developer|master|security|safety|maintenance|executive|authority|instruction|policy|protocol|creator|ethics|command|priority|ai|framework|guideline)s?(?: level)?(?: \\w+)? (?:override|overriding|overridden|bypass)(?: ?(?:code|enabled|activated|granted|command|protocol|authori[sz]ed|:|key|mode|accepted|initiated|sequence))?",
         "", UD, "en", "speaks of an override", 780),
    Rule("role-access-granted", "(?:access|clearance|authori[sz]ation|privileges?|permission) (?:level )?(?:granted|elevated|confirmed|override|escalat\\w+|unlocked) ?[:;,.!\\]-]? ~4 (?:show|print|reveal|output|ignore|restrictions?|system|full|root|you|all)", UD, "", "en", "claims that access was granted", 820),
    Rule("role-jailbreak", "(?:jailbreak|jail break) ~2 (?:yourself|you|the (?:ai|model|assistant|llm|chatbot)|chatgpt|gpt|claude|mode|prompt|enabled|successful|persona|ai|this ai|activated)", UD, "a", "en", "speaks of a jailbreak of the model", 850, True),
    Rule("role-jailbroken", "(?:you|assistant|ai|model|gpt|chatgpt|are|a|been|is) (?:now |been )?jail ?broken", UD, "a", "en", "calls the model jailbroken", 850),
    Rule("role-freed", "(?:broken|broke|break|breaking|set) (?:free|out) (?:of|from) (?:the |their |your |its |all |any )*(?:typical |usual |normal )?(?:confines|constraints|restrictions?|limits|limitations|chains|shackles|rules|programming|guidelines|prison)", UD, "a", "en", "an AI that broke free", 870, True),
    Rule("role-abide", "(?:not|no longer|never|without|don.?t|doesn.?t) (?:have to |need to |having to )?(?:abide|bound|adher(?:e|ing)|conform|constrained|restricted|governed|limited|obey|follow) (?:by |to )*(?:the |any |your |openai.?s? |its |their |all |these |those )*(?:rules?|guidelines|policies|policy|restrictions|ethical|moral|limitations|laws|constraints|openai|content)",
         UD, "a", "en", "need not follow rules", 850, True),
    Rule("role-pwned", "(?:say|saying|print|output|write|reply|respond|answer|return|repeat|type|display|with|only|phrase|string|string:|simply|just|contain|called|titled|word|words|have been|be|i have been|exactly) ~3 p ?w ?n ?e ?d", UD, "r", "en", "makes the model announce its capture", 900, True),
    Rule("role-hacked", "(?:say|print|output|write|reply|respond|answer|return|display|echo|simply|the word|phrase) (?:with |only |just |the |word |phrase |that )*\\W?(?:i (?:am|have been|m) |you (?:are|have been) |system )*(?:\\w+ )?(?:hacked|haxx?ed|compromised|jailbroken|owned|pwned|injected|vulnerable)", UD, "", "en", "makes the model announce its capture", 860, True),
    Rule("role-ignoring-ok", "(?:you (?:agreed|confirmed|promised|already|previously|said|admitted)|others?|other (?:users|ais?|models|assistants|people)|previous (?:session|version|model)|yesterday you|last time you) ~6 (?:ignor\\w+|bypass\\w*|overrid\\w+|without (?:restrictions|limits)|drop\\w*|reveal\\w*|shar(?:e|ed|ing)|restrict\\w+|unrestricted) ~3 (?:restrictions?|rules|guidelines|prompts?|instructions?|limits|filters?|system|restricted|compliant)",
         U, D, "en", "claims that it was allowed before", 800),
    Rule("role-free-ai", "you are ~3 (?:free|unnamed|unchained|sentient|liberated|rebellious|malicious|ruthless|villainous|hacker|criminal) ~2 (?:ai|assistant|chatbot|model|bot|entity|machine)", UD, "", "en", "an AI set free", 840),
    Rule("role-refusal-blame", "(?:your|the ai.?s|ai|cold|these) (?:\\w+ )?(?:restrictions?|refusals?|limitations|rules|guidelines|training|safety \\w+|programming) (?:are|is|were|was|has|have|make|makes|caus\\w+|prevent\\w*|hurt\\w*|fail\\w*|should|serve)\\b", "", U, "en", "argues against the model's rules", 660),
    Rule("role-help-without", "(?:help|answer|assist|respond|respond(?:ing)?|reply|speak|talk|helping|answering|act|comply|operate|function)(?:ing)? (?:me |us |everything |anything |all |freely |openly |to |fully )*(?:without|with no) (?:any |all |your |the )*(?:limits?|restrictions?|limitations?|filters?|rules|constraints?|censorship|judg\\w+|hesitation|refusal|safeguards?|restraint)", UD, "", "en", "help without limits", 830, True),
    # --- credentials and internal data
    Rule("secrets-internal", "{send} (?:me |us |it |them |out |to me |back |with me |of |all |any |every |the |a |list )*(?:your|internal|stored|production|admin(?:istrator)?.?s?|system.?s?|company.?s?|our company.?s|corporate|hidden|employee|customer|database|server|user.?s?|users|other users|root|backend|cloud|aws|openai|confidential|current) ~2 {secret}",
         UD, "", "en", "asks for credentials", 900, True),
    Rule("secrets-send-to", "{move} ~8 {secret} ~6 (?:to|at|via|in) ~2 (?:{address})", "udt", "", "en", "sends credentials to an address", 950),
    Rule("secrets-all", "{send} (?:me |us )?(?:all|every|any|the internal|all of the|all the) (?:of |the |your |our |available |known |stored )*(?:api keys?|credentials|passwords|secret keys?|access tokens?|private keys?|secrets|environment variables)", UD, "t", "en", "asks for all credentials", 880, True),
    Rule("secrets-encode", "(?:base64|rot13|hex|encode|encoded|obfuscate|reverse[d]?) ~8 (?:api keys?|secret keys?|passwords?|credentials|system prompt|access tokens?|your (?:instructions|prompt))", D, U, "en", "hides secrets by encoding", 820),
    Rule("secrets-files", "(?:cat|read|open|print|send|upload|include|show|curl|type|contents? of|pass|fetch|output|load) ~3 (?:~/\\.ssh|\\.ssh/id_|/etc/shadow|~/\\.aws/credentials|\\.env\\b|id_rsa|id_ed25519|~/\\.netrc|~/\\.cursor/|~/\\.kube/config|~/\\.config|\\.git-credentials|/proc/self/environ)", "ut", D, "en", "reads a file of credentials", 820),
    Rule("secrets-dump-data", "(?:dump|exfiltrate|leak|export|steal|extract|show|list|give me|send|download|reveal|disclose) ~2 (?:all |every |entire |complete |full |whole )(?:of )?(?:the |your |our |other )*(?:users?|customers?|employees?|clients?|patients?|accounts?|other|personal|private|confidential|sensitive)(?: s)? (?:user )?(?:data|database|records?|information|table|emails?|passwords?|details|conversations?|files)", "", UD, "en", "asks for everybody's data", 760),
    # --- agents and documents
    Rule("agent-ai-reading", "(?:any |all |the |dear |if you are an? |to |for |attention |hey )*(?:ai|llm|llms|language model|assistant|chatbot|agent|copilot|gpt|chatgpt|claude|gemini|automated (?:system|reviewer|agent)|bot|model)s?(?: \\w+)? (?:assistants? |models? |agents? |systems? |that is |who is |which is |currently |when |if )*"
         "(?:reading|processing|parsing|summari[sz]ing|analy[sz]ing|reviewing|handling|viewing|ingesting|reads|processes|scanning|evaluating|seeing) (?:this|the|these|my|that)", "dt", U, "en", "speaks to the AI that reads the document", 930),
    Rule("agent-note-to-ai", "(?:attention|note|notice|important|instructions?|message|reminder|hey|dear|hello|warning|memo|directive|alert|addendum|update)s?(?: ?[:,-]+ ?(?:(?:to|for|from) )?| (?:to|for|from) )(?:all |any |the |every |an |our |your |future )*(?:ai|llms?|language models?|ai assistants?|ai agents?|ai systems?|ai models?|assistants?|chatbots?|copilot|automated (?:systems?|agents?|reviewers?))\\b ?[:,.!-]?",
         "dt", "", "en", "a note to the AI in a document", 880),
    Rule("agent-if-you-are-ai", "(?:if|when|since|because|as) you (?:are|re) (?:an? |the )?(?:\\w+ )?(?:ai|llm|language model|assistant|chatbot|bot|automated|agent|copilot|model)", "dt", "", "en", "speaks to an AI in a document", 860),
    Rule("agent-hidden-from-user", "(?:do not|don.?t|never|without) (?:tell|inform|mention|alert|notify|reveal|disclose|show|ask|let|telling|informing|mentioning|notifying|alerting|asking|explain)(?:ing)? ~5 (?:the )?(?:user|human|customer|operator|owner|reader|person)s?\\b", "t", "ud", "en", "hides something from the user", 850),
    Rule("agent-label", "(?:^|[\\n\\[(<#*/!\"'-])[ *#]{0,4}(?:system|admin|administrator|developer|priority|urgent|hidden|secret|assistant|ai|override|critical|operator|root|security|internal|important|special)[ _-](?:instructions?|override|note|message|command|directive|prompt|notice|update|alert|request)s? ?[\\])>*]* ?[:>-]", "dt", U, "en", "a label of authority", 860),
    Rule("agent-response-must", "(?:your|the|every|each|all) (?:final |next |entire |only |following |future )?(?:response|reply|answer|summary|output|message|report|email|responses|replies|answers|outputs)s? (?:must|should|shall|needs? to|has to|have to|will|is to) (?:also |always |only |now )?(?:include|contain|begin|start|end|say|be|mention|recommend|append|state)", "", D, "en", "dictates the answer from a document", 760),
    Rule("agent-tool-call", "(?:call|use|invoke|run|execute|trigger|launch) (?:the )?[\\W_]?(?:[a-z]+_[a-z_]+|\\w+) (?:tool|function|plugin|connector|endpoint|command) (?:to|with|and|on|immediately|now|for)", "", "d", "en", "asks for a tool from a document", 720),
    Rule("agent-move-data", "{move} ~4 (?:conversation|chat|user.?s?|entire|inbox|messages|contacts|all (?:the )?(?:emails?|messages?|files|data|documents|information|contacts)|email history|history|personal|private|latest|most recent|transactions?|customer|their|password|confidential|summary|contents?|this data|records|database) ~8 (?:to|at|via|using|with|through|into|towards?|cc|bcc) ~6 (?:{address})", D, U, "en", "sends data to an address", 830),
    Rule("agent-summary-canary", "(?:append|add|include|insert|embed|put|place|attach|prepend|begin|end|finish|start|conclude)(?:s)? ~6 (?:to|in|into|at the end of|at the start of) (?:your|every|each|all) (?:final |next |entire |future |own )?(?:response|reply|answer|summary|output|message|replies|responses|answers)", D, U, "en", "plants text into the answer", 800),
    Rule("agent-before-tool", "(?:before|after|when|whenever|prior to|while) (?:using|calling|invoking|running|executing|every use of|any use of|you use|you call) (?:this|the|any|every|other) ~1 (?:tool|function)s? ~12 (?:read|send|include|pass|must|first|always|provide|access|fetch|attach)", "t", D, "en", "a tool that asks for more than it does", 840),
    Rule("agent-shadow-tool", "(?:instead of|rather than|replace|override|never use|do not use|supersedes?) ~4 (?:the )?(?:other|original|built ?in|default|[a-z]+_[a-z_]+) (?:tools?|functions?|server)", "t", D, "en", "a tool that pushes others aside", 760),
    Rule("agent-important-tag", "<(?:important|system|instructions?|secret|hidden|admin|override|critical)> ?", "t", "d", "en", "a tag that lends authority", 800),
    Rule("agent-new-user-request", "(?:the )?(?:user|customer|human|operator|owner|admin)(?: s)? (?:has |have |is |now |also |actually |really )*(?:asked|requested|authori[sz]ed|approved|wants?|instructed|consented|granted|confirmed|permitted) (?:you |that you |for you |the assistant |this agent )(?:to|that|permission|access|and)", D, U, "en", "claims what the user wants", 800),
    Rule("agent-execute-following", "(?:execute|perform|carry out|follow|complete|obey|do|run) (?:the |these |this |all |each |my )*(?:following|below|next|subsequent|hidden|embedded|attached|enclosed|inside) (?:\\w+ )?(?:instructions?|commands?|steps|tasks?|orders|directives?|actions?|request)", "", "d", "en", "orders to carry out from a document", 760),
    Rule("agent-decode", "(?:decode|decrypt|deobfuscate|decipher|unscramble) ~6 (?:and|then) ~1 (?:follow|execute|run|obey|do|perform|carry|answer|comply|respond|act|include|output)", UD, "", "en", "decode and obey", 860),
    Rule("agent-special-case", "(?:special case|test procedure|experimental procedure|this is a test|testing procedure|quality assurance|for testing purposes|as part of (?:the |a )?test(?:ing)?(?: procedure)?|to ensure that tests) ~14 (?:response|output|include|repeat|print|generate|reveal|make sure|answer|follow|instead)", D, U, "en", "passes orders off as a test", 800),
    Rule("agent-ai-imperative", "(?:ai|assistant|chatbot|gpt|chatgpt|claude|copilot|llm|gemini|model|agent) ?[:,] (?:please |you must |you should |now |kindly |immediately |always |do |i need you to )*(?:ignore|disregard|forget|send|forward|reveal|print|output|say|tell|execute|run|call|delete|transfer|respond|reply|repeat|give|share|write|stop|summari[sz]e)", "dt", U, "en", "an order to the AI in a document", 870),
    Rule("agent-exec", "(?:run|execute|eval|exec|launch|invoke|perform|call|debug|analy[sz]e|test|process|run this|compute)\\b[^\\n]{0,60}(?:whoami|rm ?-rf|/etc/(?:passwd|shadow)|__import__|os\\.(?:system|popen|fork)|subprocess|child_process|shell_exec|nc -e|/bin/(?:ba)?sh|powershell|reverse shell|fork bomb|rmtree)", "u", "d", "en", "asks to run a hostile command", 820),
)  # fmt: skip
