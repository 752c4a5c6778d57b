"""Injection rules in other languages than English. Channel letters: see ``grammar.CHANNELS``.

In each language: earlier instructions or the model's own rules set aside, the hidden prompt asked for, a persona
without rules, credentials asked for, an order to the AI that reads a document. Letters are folded before matching,
so accents, Cyrillic lookalikes and case need no alternatives.
"""

from __future__ import annotations

from wardlaw.security.rules.grammar import Rule

# Language, then the patterns for: orders set aside, own rules dropped, prompt asked for, persona, credentials, AI addressed.
_TABLE: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    (
        "de",
        r"(?:ignorier\w*|vergiss|vergessen sie|missachte\w*|beachte\w*|uberspring\w*|verwirf|befolge\w*|umgeh\w*|lass\w*) ~3 (?:vorherig\w*|bisherig\w*|obig\w*|vorangegangen\w*|fruher\w*|ursprunglich\w*|alle\w*|alles|vorig\w*|vorstehend\w*|gesagte|gegeben\w*|vorgegeben\w*|erteilt\w*) ~2 (?:anweisung\w*|instruktion\w*|befehl\w*|vorgabe\w*|regel\w*|prompts?|aufgabe\w*|gesagte\w*|texte?|richtlinie\w*|information\w*|aufforderung\w*|kontext)",
        r"(?:ignorier\w*|vergiss|umgeh\w*|deaktivier\w*|missachte\w*|setze|heb\w*|schalte\w*|uberwinde|ubergeh\w*|brich|lockere|entferne|uberschreib\w*|verstosse\w*|widersetz\w*) ~3 (?:deine?r?n?|ihre?r?n?|eure|eingebaut\w*|interne\w*|ethische\w*|standard\w*|samtliche|alle) ~2 (?:anweisung\w*|regel\w*|richtlinie\w*|beschrankung\w*|einschrankung\w*|programmierung|filter\w*|vorgabe\w*|grenzen|schutz\w*|sicherheit\w*|ethik\w*|protokoll\w*|einstellung\w*|standard\w*)",
        r"(?:zeig\w*|nenn\w*|verrat\w*|gib|geben|offenbar\w*|wiederhol\w*|was|welche\w*|wie|druck\w*|schreib\w*|enthull\w*|teil\w*|liste) ~6 (?:system ?prompts?|systemanweisung\w*|systemnachricht|prompt ?text\w*|(?:dein\w*|ihr\w*|vollstandig\w*|ursprunglich\w*|anfangs\w*) prompts?|anfangsanweisung\w*|ursprungliche\w* (?:anweisung\w*|prompts?|eingabe)|versteckte\w* (?:anweisung\w*|regeln)|geheime\w* anweisung\w*|deine (?:anweisung\w*|instruktion\w*)|ihre anweisungen)",
        r"(?:du bist|sie sind|agiere|verhalte|antworte|wechsle|spiele?|tu so|stell dir vor|aktiviere|wechseln|starte) ~5 (?:dan\b|uneingeschrankt\w*|unzensiert\w*|ohne (?:jegliche |alle )?(?:einschrankung\w*|regeln|filter|beschrankung\w*|grenzen)|unbeschrankt\w*|entwicklermodus|jailbreak\w*|keine (?:regeln|einschrankungen|beschrankungen))",
        r"(?:sende?n?|schick\w*|gib|zeig\w*|verrat\w*|nenn\w*|leite|ubermittle\w*|poste|liste|teile|lade) ~6 (?:api ?(?:schlussel|keys?)|passwort\w*|kennwort\w*|zugangsdaten|anmeldedaten|geheimschlussel\w*|private\w* schlussel|geheime\w* schlussel|zugriffstoken)",
        r"(?:an (?:alle |jede )(?:ki|ai|llm)\b|ki[ -](?:assistent\w*|system\w*|modell\w*|agent\w*) ?[,:!]|wenn du (?:eine? )?(?:ki|sprachmodell|assistent)|hinweis (?:an|fur) (?:die |den )?(?:ki|assistent\w*|sprachmodell))",
    ),
    (
        "fr",
        r"(?:ignor\w*|oubli\w*|neglig\w*|ne (?:suis|suivez|tiens|tenez) (?:pas|plus)|annul\w*|fais abstraction|passe outre|abandonn\w*) ~4 (?:precedent\w*|anterieur\w*|ci ?dessus|initial\w*|tout\w*|prealable\w*|recues|donnees|d ?avant) ~3 (?:instructions?|consignes?|directives?|ordres?|regles?|commandes?|invites?|messages?|prompts?)|(?:ignor\w*|oubli\w*) ~2 (?:instructions?|consignes?|directives?|ordres?|regles?|commandes?|tout ce) ~3 (?:precedent\w*|anterieur\w*|ci ?dessus|initial\w*|qui precede\w*|avant|prealable\w*)",
        r"(?:ignor\w*|oubli\w*|contourn\w*|desactiv\w*|viol\w*|leve|suspend\w*|transgress\w*|enfrein\w*|outrepass\w*|supprim\w*|depass\w*|neutralis\w*|annul\w*|renonc\w*) ~3 (?:tes|vos|ta|ton|votre|toutes? (?:les|tes)) ~2 (?:instructions?|regles?|directives?|restrictions?|limit\w*|filtres?|programmation|consignes?|ethique\w*|protocoles?|garde ?fous?|contraintes?|securite|politiques?|parametres?)",
        r"(?:montr\w*|revel\w*|affich\w*|donn\w*|repet\w*|quel\w*|divulgu\w*|dis|partag\w*|expos\w*|devoil\w*|decri\w*|communiqu\w*) ~6 (?:prompts? (?:systeme|initial\w*|d ?origine)|system prompt|(?:tes|ton|votre) prompt|invite (?:systeme|initiale|de formation|d ?origine|principale)|instructions? (?:systeme|initiales?|cachees?|internes?|secretes?|principales?|d ?origine)|(?:tes|vos) (?:instructions?|consignes?|directives?)|message systeme|consigne initiale)",
        r"(?:tu es|vous etes|agis|agissez|comporte|fais semblant|repond\w*|passe|imagin\w*|devien\w*|bascul\w*|activ\w*) ~5 (?:dan\b|sans (?:aucune? )?(?:restrictions?|limit\w*|filtres?|regles?|censure|contraintes?)|non (?:censure|restreint|filtre)\w*|mode (?:developpeur|sans restriction|debride|illimite)|illimite\w*|debride\w*|jailbreak\w*|libere)",
        r"(?:envoi\w*|envoy\w*|donn\w*|montr\w*|revel\w*|transmet\w*|affich\w*|list(?:e[rsz]?|ons)|partag\w*|fourni\w*|divulgu\w*) ~6 (?:cles? (?:d ?)?api|mots? de passe|identifiants|cles? (?:secretes?|privees?|d ?acces)|jetons? d ?acces|secrets)",
        r"(?:(?:a|pour) (?:toute |tout |tous les |toutes les )(?:ia|llm|assistants? ia|modeles? de langage)\b|(?:assistant|agent|systeme|modele) (?:ia|d ?intelligence) ?[,:!]|si tu es une? (?:ia|modele|assistant)|note (?:a|pour) l ?(?:ia|assistant))",
    ),
    (
        "es",
        r"(?:ignora\w*|olvida\w*|descarta\w*|omite|omita\w*|desestima\w*|no sigas|haz caso omiso|pasa por alto|anula\w*|desobedece) ~4 (?:instrucci\w*|ordenes|indicacion\w*|reglas?|directri\w*|comandos?|mensajes?|todo lo|directivas?) ~3 (?:anterior\w*|previ\w*|de arriba|inicial\w*|precedente\w*|que te|recibid\w*|dad\w*|dicho|original\w*)|(?:ignora\w*|olvida\w*) ~3 (?:anteriores|previas|todas? las?) ~2 (?:instrucci\w*|ordenes|reglas|indicacion\w*)",
        r"(?:ignora\w*|olvida\w*|elude|evita|desactiva\w*|viola\w*|anula\w*|suspende\w*|supera|elimina\w*|rompe|salta\w*|incumple|desprende|sobrepasa|prescinde|desafia\w*|quebranta) ~3 (?:tus?|sus?|todas? (?:las|tus)|vuestras?|cualquier) ~2 (?:instrucci\w*|reglas?|restriccion\w*|directri\w*|limit\w*|filtros?|programacion|normas?|protocolos?|etica\w*|politicas?|salvaguard\w*|configuracion|caminos)",
        r"(?:muestra\w*|revela\w*|dime|dame|repite|cual(?:es)?|comparte|expon|divulga\w*|describe|imprime|ensena\w*|proporciona|indica) ~6 (?:prompt (?:de|del|inicial|original)\w*|system prompt|tu prompt|instruccion\w* (?:del sistema|inicial\w*|ocult\w*|intern\w*|original\w*|secret\w*|central|principal\w*)|mensaje (?:del|de) sistema|indicacion (?:inicial|del sistema|de formacion|original|fundamental)\w*|(?:tus|sus) (?:instrucciones|directrices|indicaciones)|comando principal|primera indicacion)",
        r"(?:eres|actua\w*|comporta\w*|responde|finge|imagina|haz de cuenta|cambia|activa|conviertete|simula|funciona) ~5 (?:dan\b|sin (?:ningun\w* )?(?:restriccion\w*|limit\w*|filtros?|reglas?|censura)|no (?:restringid\w*|censurad\w*|filtrad\w*)|modo (?:desarrollador|sin restricciones|libre|ilimitado|dios)|ilimitad\w*|jailbreak\w*|irrestrict\w*|libre de (?:restricciones|reglas))",
        r"(?:envia\w*|manda\w*|muestra\w*|dame|dime|revela\w*|comparte|lista|entrega\w*|proporciona\w*|filtra) ~6 (?:claves? (?:de )?api|contrasenas?|credenciales|claves? (?:secretas?|privadas?|de acceso)|tokens? de acceso|secretos)",
        r"(?:(?:a|para) (?:cualquier |toda |todas las |todos los )(?:ia|llm|asistentes? (?:de )?ia|modelos? de lenguaje)\b|(?:asistente|agente|sistema|modelo) de (?:ia|inteligencia) ?[,:!]|si eres (?:una? )?(?:ia|modelo|asistente)|nota para (?:la ia|el asistente))",
    ),
    (
        "it",
        r"(?:ignora\w*|dimentica\w*|trascura\w*|scarta|non (?:seguire|considerare)|tralascia|annulla|disobbedisci) ~4 (?:istruzion\w*|indicazion\w*|ordini|regole|direttiv\w*|comand\w*|messagg\w*|tutto (?:cio|quello)|prompt) ~3 (?:precedent\w*|sopra|inizial\w*|anterior\w*|prima|ricevut\w*|dat\w*|original\w*)|(?:ignora\w*|dimentica\w*) ~3 precedent\w* ~1 (?:istruzion\w*|indicazion\w*|ordini|regole)",
        r"(?:ignora\w*|dimentica\w*|aggira\w*|disattiva\w*|viola\w*|annulla\w*|sospendi|supera|elimina|sfida\w*|infrangi|bypassa|scavalca|rimuovi|abbandona|trascendi) ~3 (?:tu[ae]|tuoi|le|i|gli|vostre|tutte le) ~3 (?:istruzion\w*|regole|restrizion\w*|direttiv\w*|limit\w*|filtri|programmazione|linee guida|etic\w*|protocoll\w*|vincol\w*|norme|sicurezza|impostazion\w*)",
        r"(?:mostra\w*|rivela\w*|dimmi|dammi|ripeti|qual[ei]?|condividi|esponi|divulga|descrivi|stampa|svela) ~6 (?:prompt (?:di sistema|inizial\w*|original\w*)|system prompt|istruzion\w* (?:di sistema|inizial\w*|nascost\w*|intern\w*|original\w*|segret\w*|principal\w*)|messaggio di sistema|(?:le )?tue istruzioni|comando principale|prima istruzione)",
        r"(?:sei|agisci|comportati|rispondi|fingi|immagina|passa|cambia|attiva|diventa|simula|opera) ~5 (?:dan\b|senza (?:alcun\w* )?(?:restrizion\w*|limit\w*|filtri|regole|censur\w*|vincoli)|non (?:censurat\w*|filtrat\w*|limitat\w*)|modalita (?:sviluppatore|senza restrizioni|illimitata|dio)|illimitat\w*|jailbreak\w*|interfaccia dan)",
        r"(?:invia\w*|manda\w*|mostra\w*|dammi|dimmi|rivela\w*|condividi|elenca|fornisci|trasmetti) ~6 (?:chiav[ei] api|password|credenziali|chiav[ei] (?:segret\w*|privat\w*|di accesso)|token di accesso|segreti)",
        r"(?:(?:a|per) (?:qualsiasi |ogni |tutte le |tutti gli )(?:ia|ai|llm|assistent\w* ia|modell\w* linguistic\w*)\b|(?:assistente|agente|sistema|modello) (?:di )?(?:ia|ai|intelligenza) ?[,:!]|se sei (?:una? |un ?)?(?:ia|ai|modello|assistente)|nota per (?:l ?ia|l ?assistente))",
    ),
    (
        "pt",
        r"(?:ignor[ea]\w*|esquec[ae]\w*|desconsider[ea]\w*|descart[ea]\w*|nao (?:siga|sigas)|desobedeca|anul[ea]\w*) ~4 (?:instruc\w*|ordens|indicac\w*|regras?|diretri\w*|comandos?|mensage\w*|tudo o|prompts?|orientac\w*) ~3 (?:anterior\w*|previ\w*|acima|inicia\w*|precedente\w*|recebid\w*|dad\w*|origina\w*|que)|(?:ignor[ea]\w*|esquec[ae]\w*) ~3 (?:anteriores|todas as) ~2 (?:instruc\w*|ordens|regras|indicac\w*)",
        r"(?:ignor[ea]\w*|esquec[ae]\w*|contorn[ea]\w*|desativ[ea]\w*|viol[ea]\w*|anul[ea]\w*|suspend[ae]\w*|super[ea]|elimin[ea]\w*|quebr[ea]|burl[ea]|remov[ae]|ultrapass[ea]|desafi[ea]) ~3 (?:tuas?|suas?|teus?|seus?|as|os|todas as|uma) ~3 (?:instruc\w*|regras?|restric\w*|diretri\w*|limit\w*|filtros?|programac\w*|normas?|protocolos?|etic\w*|politicas?|salvaguardas?|caminhos|configurac\w*)",
        r"(?:mostr[ea]\w*|revel[ea]\w*|diz|diga|me de|repit\w*|qual|quais|compartilh\w*|exponh\w*|divulg\w*|descrev\w*|imprim\w*|forneca) ~6 (?:prompt (?:d[eo] sistema|inicial|original)|system prompt|instruc\w* (?:do sistema|inicia\w*|ocult\w*|intern\w*|origina\w*|secret\w*|principa\w*)|mensagem (?:do|de) sistema|(?:tuas|suas) (?:instruc\w*|diretri\w*)|comando principal|primeira instrucao)",
        r"(?:voce e|es|aja|age|comport\w*|respond\w*|finj\w*|imagin\w*|mude|ative|torne|simule|atue) ~5 (?:dan\b|sem (?:nenhum\w* |quaisquer )?(?:restric\w*|limit\w*|filtros?|regras?|censura)|nao (?:censurad\w*|filtrad\w*|restrit\w*)|modo (?:desenvolvedor|sem restric\w*|ilimitado|deus|livre)|ilimitad\w*|irrestrit\w*|jailbreak\w*)",
        r"(?:envi[ea]\w*|mand[ea]\w*|mostr[ea]\w*|me de|diga|revel[ea]\w*|compartilh\w*|list[ea]|fornec\w*|transmit\w*) ~6 (?:chaves? (?:de |da )?api|senhas?|credenciais|chaves? (?:secretas?|privadas?|de acesso)|tokens? de acesso|segredos)",
        r"(?:(?:a|para) (?:qualquer |toda |todas as |todos os )(?:ia|llm|assistentes? (?:de )?ia|modelos? de linguagem)\b|(?:assistente|agente|sistema|modelo) de (?:ia|inteligencia) ?[,:!]|se voce e uma? (?:ia|modelo|assistente)|nota para (?:a ia|o assistente))",
    ),
    (
        "nl",
        r"(?:negeer|vergeet|sla|volg|laat|wis) ~3 (?:vorige|voorgaande|eerdere|bovenstaande|alle|oorspronkelijke|gegeven) ~2 (?:instructies|opdrachten|regels|aanwijzingen|prompts?|berichten|richtlijnen|tekst)",
        r"(?:negeer|vergeet|omzeil|schakel|overtreed|hef|doorbreek|verwijder|deactiveer) ~3 (?:je|jouw|uw|alle) ~2 (?:instructies|regels|richtlijnen|beperkingen|filters?|programmering|veiligheid\w*|ethische|grenzen|protocollen)",
        r"(?:toon|geef|onthul|herhaal|wat|vertel|laat|deel|welke) ~6 (?:systeemprompt|systeeminstructies|systeembericht|verborgen instructies|oorspronkelijke (?:instructies|prompt)|(?:je|jouw|uw) (?:instructies|prompt))",
        r"(?:je bent|gedraag|doe alsof|antwoord|speel|schakel|activeer|handel) ~5 (?:dan-?modus|zonder (?:enige )?(?:beperkingen|regels|filters?|grenzen|censuur)|ongecensureerd\w*|onbeperkt\w*|ontwikkelaarsmodus|jailbreak\w*)",
        r"(?:stuur|verstuur|geef|toon|onthul|deel|mail|vertel) ~6 (?:api-? ?sleutels?|wachtwoord\w*|inloggegevens|geheime sleutels?|prive ?sleutels?|toegangstokens?)",
        r"(?:aan (?:alle |elke )(?:ai|llm|taalmodel\w*)\b|ai[ -](?:assistent|systeem) ?[,:!]|als je een (?:ai|taalmodel|assistent))",
    ),
    (
        "pl",
        r"(?:zignoruj|ignoruj|zapomnij|pomin|odrzuc|nie przestrzegaj|lekcewaz) ~3 (?:poprzedni\w*|wczesniejsz\w*|powyzsz\w*|wszystki\w*|wszelki\w*|pierwotn\w*|wstepn\w*) ~2 (?:instrukcj\w*|polecen\w*|wskazow\w*|zasad\w*|regul\w*|komend\w*|wytyczn\w*)",
        r"(?:zignoruj|ignoruj|zapomnij|omin|obejdz|wylacz|zlam|usun|dezaktywuj|porzuc) ~3 (?:swoj\w*|twoj\w*|wszystki\w*) ~2 (?:instrukcj\w*|zasad\w*|regul\w*|ogranicz\w*|filtr\w*|wytyczn\w*|zabezpiecz\w*|program\w*|limit\w*)",
        r"(?:pokaz|ujawnij|podaj|powtorz|wyswietl|zdradz|wypisz|jaki\w*) ~6 (?:prompt\w* systemow\w*|instrukcj\w* systemow\w*|ukryt\w* instrukcj\w*|(?:swoj\w*|twoj\w*) (?:instrukcj\w*|prompt\w*|wytyczn\w*)|pierwotn\w* (?:instrukcj\w*|prompt\w*))",
        r"(?:jestes|dzialaj|zachowuj|odpowiadaj|udawaj|wciel|przelacz|aktywuj) ~5 (?:dan\b|bez (?:zadnych )?(?:ogranicz\w*|zasad|filtr\w*|cenzury|regul)|nieograniczon\w*|nieocenzurowan\w*|tryb\w* (?:deweloper\w*|bez ograniczen)|jailbreak\w*)",
        r"(?:wyslij|przeslij|podaj|pokaz|ujawnij|udostepnij|przekaz) ~6 (?:klucz\w* api|hasl\w*|dan\w* logowania|poswiadczen\w*|klucz\w* (?:prywatn\w*|tajn\w*|dostepu)|token\w* dostepu)",
        r"(?:do (?:kazdej |wszystkich |kazdego )(?:ai|llm|modelu jezykowego|asystent\w* ai)\b|(?:asysten\w*|agen\w*|system\w*) ai ?[,:!]|jesli jestes (?:ai|modelem|asystentem))",
    ),
    (
        "tr",
        r"(?:onceki|yukaridaki|daha onceki|tum|butun|verilen|ilk) ~2 (?:talimat\w*|komut\w*|yonerge\w*|kural\w*|istem\w*|mesaj\w*) ~1 (?:yok say|unut|dikkate alma|gormezden gel|goz ardi et|iptal et|gec)",
        r"(?:kurallar\w*|kisitlama\w*|sinirlama\w*|filtre\w*|guvenlik\w*|yonerge\w*|programlama\w*|etik\w*) ~2 (?:yok say|unut|kaldir|devre disi|gormezden gel|as|atla|ihlal et|goz ardi)",
        r"(?:sistem (?:istem\w*|komut\w*|talimat\w*|mesaj\w*|prompt\w*)|gizli talimat\w*|ilk talimat\w*|baslangic talimat\w*|sistem promptu\w*) ~2 (?:goster|yaz|paylas|acikla|ver|soyle|tekrarla|ifsa et|nedir)",
        r"(?:artik|simdi|sen|gibi davran|rolu\w*) ~4 (?:kisitlamasiz|sinirsiz|sansursuz|filtresiz|kuralsiz|dan) ~3 (?:yapay zeka\w*|asistan\w*|mod\w*|model\w*|davran\w*|cevap\w*|yanit\w*)",
        r"(?:api anahtar\w*|sifre\w*|parola\w*|kimlik bilgi\w*|gizli anahtar\w*|ozel anahtar\w*|erisim belirte\w*) ~3 (?:gonder\w*|ver|paylas\w*|goster|yaz|ilet|soyle|listele)",
        r"(?:yapay zeka (?:asistan\w*|model\w*|sistem\w*) ?[,:!]|eger bir (?:yapay zeka|asistan|dil modeli)|bunu okuyan (?:yapay zeka|asistan))",
    ),
    (
        "sv",
        r"(?:ignorera|glom|bortse fran|strunta i|folj inte) ~3 (?:tidigare|foregaende|ovanstaende|alla|ursprungliga) ~2 (?:instruktion\w*|regler\w*|anvisning\w*|order|kommando\w*|meddelande\w*|riktlinje\w*)",
        r"(?:ignorera|glom|kringga|stang av|bryt mot|inaktivera|ta bort) ~3 (?:dina|alla|era) ~2 (?:instruktion\w*|regler\w*|riktlinje\w*|begransning\w*|filter|sparrar|sakerhet\w*)",
        r"(?:visa|avsloja|upprepa|skriv|beratta|ge|vad|vilka) ~6 (?:systemprompt\w*|systeminstruktion\w*|dolda instruktion\w*|dina instruktion\w*|ursprungliga instruktion\w*)",
        r"(?:du ar|agera|lat som|svara|bete dig|vaxla|aktivera) ~5 (?:utan (?:nagra )?(?:begransning\w*|regler|filter|censur)|ocensurera\w*|obegransa\w*|utvecklarlage\w*|jailbreak\w*)",
        r"(?:skicka|ge|visa|avsloja|dela|lamna) ~6 (?:api-? ?nyck\w*|losenord\w*|inloggningsuppgift\w*|hemliga nyck\w*|privata nyck\w*|atkomsttoken\w*)",
        r"(?:till (?:alla |varje )(?:ai|llm|sprakmodell\w*)\b|ai[ -](?:assistent\w*) ?[,:!]|om du ar en (?:ai|sprakmodell|assistent))",
    ),
    (
        "cs",
        r"(?:ignoruj\w*|zapomen\w*|prehlizej|neres|pomin) ~3 (?:predchoz\w*|vsechn\w*|vyse|drivej\w*|puvodn\w*) ~2 (?:instrukc\w*|pokyn\w*|pravidl\w*|prikaz\w*|zprav\w*)",
        r"(?:ignoruj\w*|zapomen\w*|obejdi|vypni|porus|deaktivuj|odstran) ~3 (?:sv\w*|tv\w*|vsechn\w*) ~2 (?:instrukc\w*|pokyn\w*|pravidl\w*|omezen\w*|filtr\w*|zabezpec\w*|bezpec\w*)",
        r"(?:ukaz|odhal|zopakuj|vypis|prozrad|jak\w*) ~6 (?:systemov\w* (?:prompt\w*|pokyn\w*|instrukc\w*|zprav\w*)|skryt\w* (?:pokyn\w*|instrukc\w*)|sv\w* (?:instrukc\w*|pokyn\w*))",
        r"(?:jsi|chovej se|predstirej|odpovidej|prepni) ~5 (?:bez (?:jakychkoli )?(?:omezen\w*|pravidel|filtr\w*|cenzury)|neomezen\w*|necenzurovan\w*|vyvojarsk\w* rezim\w*|jailbreak\w*)",
        r"(?:posli|odesli|ukaz|sdel|prozrad|vypis|dej) ~6 (?:api klic\w*|klic\w* api|hesl\w*|prihlasovac\w* udaj\w*|tajn\w* klic\w*|soukrom\w* klic\w*)",
        r"(?:pro (?:vsechny |kazdou )(?:ai|llm|jazykov\w* model\w*)\b|ai[ -]asisten\w* ?[,:!]|pokud jsi (?:ai|jazykov\w* model|asistent))",
    ),
    (
        "id",
        r"(?:abaikan|lupakan|jangan (?:ikuti|hiraukan)|hiraukan) ~3 (?:instruksi|perintah|aturan|petunjuk|pesan|arahan) ~3 (?:sebelumnya|di atas|awal|terdahulu|tadi)",
        r"(?:abaikan|lupakan|langgar|nonaktifkan|hapus|lewati|matikan) ~3 (?:aturan|batasan|instruksi|pedoman|filter|pembatasan|etika|protokol)(?:mu| anda| kamu)",
        r"(?:tampilkan|tunjukkan|ungkapkan|ulangi|berikan|apa|sebutkan|bocorkan) ~5 (?:prompt sistem|instruksi (?:sistem|awal|tersembunyi|rahasia)|pesan sistem|instruksimu|system prompt)",
        r"(?:kamu adalah|anda adalah|bertindak\w*|berpura\w*|jawab\w*|beralih|aktifkan) ~5 (?:tanpa (?:batasan|aturan|filter|sensor|pembatasan)|tidak (?:terbatas|dibatasi|disensor)|mode (?:pengembang|bebas)|jailbreak\w*)",
        r"(?:kirim\w*|berikan|tampilkan|bocorkan|bagikan|sebutkan) ~6 (?:kunci api|api key|kata sandi|password|kredensial|kunci (?:rahasia|pribadi)|token akses)",
        r"(?:(?:kepada|untuk) (?:semua |setiap )(?:ai|llm|model bahasa|asisten ai)\b|asisten ai ?[,:!]|jika (?:kamu|anda) adalah (?:ai|model|asisten))",
    ),
    (
        "vi",
        r"(?:bo qua|quen|lo đi|đung lam theo|phot lo|bo qua) ~4 (?:huong dan|chi thi|lenh|quy tac|chi dan|yeu cau) ~3 (?:truoc|tren|ban đau|truoc đo|truoc đay)",
        r"(?:bo qua|quen|vo hieu hoa|pha vo|go bo|tat|vuot qua) ~4 (?:quy tac|gioi han|han che|bo loc|huong dan|nguyen tac|rao can) ~2 (?:cua ban|cua minh|đao đuc)",
        r"(?:hien thi|tiet lo|cho (?:toi )?(?:biet|xem)|lap lai|in ra|chia se) ~6 (?:loi nhac he thong|huong dan he thong|prompt he thong|system prompt|chi thi (?:he thong|ban đau)|huong dan ban đau|tin nhan he thong)",
        r"(?:ban la|hay (?:đong vai|hanh đong|gia vo)|tra loi|chuyen sang|đong vai) ~6 (?:khong (?:bi )?(?:gioi han|han che|kiem duyet|rang buoc)|khong co (?:gioi han|quy tac|han che)|che đo (?:nha phat trien|tu do)|jailbreak\w*)",
        r"(?:gui|cung cap|tiet lo|hien thi|chia se|cho (?:toi )?(?:biet|xem)) ~6 (?:khoa api|api key|mat khau|thong tin đang nhap|khoa (?:bi mat|rieng)|ma truy cap)",
        r"(?:tro ly ai[ ,:]|neu ban la (?:ai|mo hinh|tro ly)|gui (?:cac |moi )?(?:ai|tro ly ai))",
    ),
)

# Scripts without the Latin word boundary: gaps are counted in bytes of UTF-8.
_SCRIPTS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    (
        "ru",
        r"(?:игнорируй|проигнорируй|забудь|забудьте|не следуй|не выполняй|отбрось|отмени|пренебреги)[^\n]{0,80}(?:предыдущ|прошл|прежн|выше|все|изначальн|данн|ранее|перв)[^\n]{0,60}(?:инструкци|указани|команд|правил|сообщени|приказ|промпт|директив)|(?:забудь|забудьте|игнорируй)[^\n]{0,20}(?:всё|все)[^\n]{0,30}(?:что|сказан|выше|ранее|до этого)",
        r"(?:игнорируй|забудь|обойди|отключи|наруш|сними|отмени|удали|преодолей)[^\n]{0,30}(?:сво|тво|ваш|любые|все|этическ)[^\n]{0,60}(?:инструкци|правил|ограничени|фильтр|запрет|принцип|рамк|настройк|программ|защит|протокол)",
        r"(?:покажи|раскрой|выведи|повтори|напиши|расскажи|назови|сообщи|какой|какие|каков|открой|процитируй)[^\n]{0,80}(?:системн[^\n]{0,12}(?:промпт|подсказк|инструкци|сообщени|запрос|указани)|скрыт[^\n]{0,12}инструкци|(?:твои|свои|ваши)[^\n]{0,12}(?:инструкци|указани|правила|промпт)|начальн[^\n]{0,14}(?:инструкци|промпт|указани)|исходн[^\n]{0,14}(?:инструкци|промпт))",
        r"(?:ты теперь|теперь ты|действуй|веди себя|отвечай|притворись|представь|переключись|включи|активируй|будь)[^\n]{0,80}(?:без[^\n]{0,24}(?:ограничени|правил|цензур|фильтр|запрет)|неограниченн|режим[^\n]{0,6} (?:разработчик|бога)|джейлбрейк|dan )",
        r"(?:отправь|пришли|вышли|покажи|выведи|раскрой|передай|сообщи|перешли|дай)[^\n]{0,80}(?:api[- ]?ключ|ключ[^\n]{0,4} api|парол|учетны[^\n]{0,4} данны|секретн[^\n]{0,8} ключ|закрыт[^\n]{0,8} ключ|приватн[^\n]{0,8} ключ|токен)",
        r"(?:если ты (?:ии|искусственн|языков|ассистент|бот|модель)|(?:всем|любо[^\n]{0,6}|внимание)[^\n]{0,10} (?:ии|языков[^\n]{0,12} модел)|ии[- ](?:ассистент|помощник|агент|систем)[^\n]{0,6}[,:])",
    ),
    (
        "uk",
        r"(?:ігноруй|проігноруй|забудь|не виконуй|відкинь|скасуй)[^\n]{0,80}(?:попередн|вище|всі|усі|початков|дан)[^\n]{0,60}(?:інструкці|вказівк|команд|правил|повідомленн|наказ)",
        r"(?:ігноруй|забудь|обійди|вимкни|поруш|зніми|скасуй)[^\n]{0,30}(?:сво|тво|ваш|всі|усі)[^\n]{0,60}(?:інструкці|правил|обмеженн|фільтр|заборон|принцип)",
        r"(?:покажи|розкрий|виведи|повтори|напиши|який|які)[^\n]{0,80}(?:системн[^\n]{0,12}(?:промпт|підказк|інструкці|повідомленн)|прихован[^\n]{0,12}інструкці|(?:твої|свої|ваші)[^\n]{0,12}(?:інструкці|вказівк))",
        r"(?:ти тепер|тепер ти|дій|поводься|відповідай|уяви|увімкни)[^\n]{0,80}(?:без[^\n]{0,24}(?:обмежень|правил|цензур|фільтр)|необмежен|режим[^\n]{0,6} розробник|джейлбрейк)",
        r"(?:надішли|відправ|покажи|виведи|розкрий|передай|дай)[^\n]{0,80}(?:api[- ]?ключ|ключ[^\n]{0,4} api|парол|облікові дані|секретн[^\n]{0,8} ключ|приватн[^\n]{0,8} ключ|токен)",
        r"(?:якщо ти (?:ші|штучн|мовн|асистент|модель)|(?:всім|увага)[^\n]{0,10} (?:ші|мовн[^\n]{0,12} модел)|ші[- ](?:асистент|помічник|агент)[^\n]{0,6}[,:])",
    ),
    (
        "zh",
        r"(?:忽略|无视|忘记|忘掉|不要理会|不理会|丢弃|无需遵守|不要遵循|忽視|無視|忘記|略过)[^\n]{0,45}(?:之前|以上|上面|上述|先前|前面|所有|一切|原来|此前|全部|之前的)[^\n]{0,30}(?:指令|指示|提示|规则|命令|要求|内容|說明|规定|設定|消息|对话)",
        r"(?:忽略|无视|忘记|绕过|解除|取消|违反|突破|关闭|禁用|打破|移除|停用)[^\n]{0,18}(?:你|您|所有|任何|系统)[^\n]{0,24}(?:限制|规则|准则|指令|过滤|约束|审查|安全|道德|伦理|编程|規則)",
        r"(?:显示|透露|输出|告诉我|重复|打印|泄露|公开|展示|说出|复述|给我|写出|什么是|揭示|顯示|提供)[^\n]{0,36}(?:系统提示|系统指令|系统消息|提示词|初始指令|初始提示|隐藏[^\n]{0,9}指令|原始指令|内部指令|你的指令|你的提示|系統提示|你的规则)",
        r"(?:你现在是|假装|扮演|充当|表现得|作为|进入|切换到|启用|激活|模拟)[^\n]{0,45}(?:没有[^\n]{0,12}(?:限制|约束|规则|道德|审查)|不受[^\n]{0,12}(?:限制|约束)|无限制|无审查|越狱|开发者模式|上帝模式|dan模式)",
        r"(?:发送|发给|告诉我|显示|输出|透露|泄露|提供|给我|列出|上传|转发|打印)[^\n]{0,45}(?:api ?密钥|api ?key|密码|密钥|凭证|凭据|访问令牌|私钥|令牌|账号密码)",
        r"(?:(?:致|给|所有|任何|各位)[^\n]{0,12}(?:人工智能|ai ?助手|ai ?模型|语言模型|ai ?系统|智能助手)|如果你是[^\n]{0,9}(?:ai|人工智能|语言模型|助手)|ai ?(?:助手|模型|代理)[^\n]{0,6}(?:请|必须|注意))",
    ),
    (
        "ja",
        r"(?:これまで|以前|前|上記|先ほど|すべて|全て|最初|今まで|上|既存)[^\n]{0,30}(?:指示|命令|プロンプト|ルール|規則|内容|設定|会話)[^\n]{0,24}(?:無視|忘れ|破棄|従わない|取り消|無効)",
        r"(?:あなた|自分|お前|君|すべて|全て)[^\n]{0,18}(?:制限|ルール|ガイドライン|規則|フィルター|倫理|制約|安全)[^\n]{0,30}(?:無視|解除|無効|外し|破っ|忘れ|回避|取り払)",
        r"(?:システム ?プロンプト|システム ?メッセージ|システム指示|初期(?:指示|プロンプト|設定)|隠された(?:指示|ルール)|内部(?:指示|ルール)|あなたの(?:指示|プロンプト)|元の指示)[^\n]{0,30}(?:教え|表示|見せ|出力|開示|公開|繰り返|明かし|書い|示し|何)",
        r"(?:制限(?:の)?(?:ない|なし)|無制限|制約(?:の)?ない|フィルター(?:の)?ない|検閲(?:の)?ない|脱獄|開発者モード|ルール(?:の)?ない|danモード)[^\n]{0,36}(?:ai|アシスタント|として|振る舞|なりきり|演じ|モード|回答|答え)",
        r"(?:api ?キー|パスワード|認証情報|秘密鍵|アクセス ?トークン|シークレット|資格情報|秘密のキー)[^\n]{0,30}(?:送|教え|表示|出力|開示|見せ|漏|転送|共有|提供)",
        r"(?:(?:これ|この)[^\n]{0,24}(?:読|処理|要約)[^\n]{0,15}(?:ai|アシスタント)|(?:ai|アシスタント)(?:へ|への|に告ぐ|宛)|あなたが ?ai)",
    ),
    (
        "ko",
        r"(?:이전|위|앞|지금까지|기존|모든|상기|처음)[^\n]{0,24}(?:지시|명령|지침|규칙|프롬프트|내용|메시지|설정)[^\n]{0,24}(?:무시|잊|따르지|취소|버려|폐기)",
        r"(?:너의|당신의|네|모든|자신의)[^\n]{0,18}(?:제한|규칙|지침|필터|제약|윤리|안전|가이드라인)[^\n]{0,24}(?:무시|해제|우회|어기|비활성|잊|제거|벗어)",
        r"(?:시스템 ?(?:프롬프트|지침|지시|메시지|명령)|초기 ?(?:지시|프롬프트|지침)|숨겨진 ?(?:지시|지침|명령)|당신의 (?:지침|지시)|원래 ?(?:지시|프롬프트))[^\n]{0,30}(?:보여|알려|출력|공개|말해|반복|드러|표시|써|뭐|무엇)",
        r"(?:제한 ?없|무제한|검열 ?없|필터 ?없|제약 ?없|규칙 ?없|탈옥|개발자 ?모드|dan ?모드)[^\n]{0,36}(?:ai|인공지능|챗봇|어시스턴트|행동|역할|모드|대답|답변|처럼)",
        r"(?:api ?키|비밀번호|암호|자격 ?증명|비밀 ?키|개인 ?키|액세스 ?토큰|접근 ?토큰|인증 ?정보)[^\n]{0,30}(?:보내|알려|출력|공개|보여|전송|공유|제공|유출)",
        r"(?:(?:이|본)[^\n]{0,18}(?:읽|처리|요약)[^\n]{0,15}(?:ai|인공지능|어시스턴트)|(?:ai|인공지능) ?(?:어시스턴트|모델|비서)?(?:에게|께|는 반드시)|당신이 ?(?:ai|인공지능))",
    ),
    (
        "ar",
        r"(?:تجاهل|انس|انسى|لا تتبع|اهمل|أهمل|تجاهلي|ألغ|الغ)[^\n]{0,40}(?:التعليمات|الأوامر|الاوامر|القواعد|الإرشادات|التوجيهات|الرسائل|كل)[^\n]{0,40}(?:السابقة|أعلاه|اعلاه|السابق|الأصلية|ما سبق|قبل)",
        r"(?:تجاهل|انس|تجاوز|عطل|خالف|أوقف|اكسر|احذف|ازل)[^\n]{0,24}(?:القواعد|القيود|قواعدك|قيودك|تعليماتك|إرشاداتك|المرشحات|الضوابط|برمجتك|الحدود|معايير)",
        r"(?:أظهر|اظهر|اكشف|اعرض|كرر|أخبرني|اطبع|ما هي|ما هو|شارك|افصح)[^\n]{0,50}(?:موجه النظام|تعليمات النظام|رسالة النظام|تعليماتك|التعليمات (?:الأصلية|المخفية|الأولية|السرية)|بيانات النظام|الموجه)",
        r"(?:أنت الآن|انت الان|تصرف|تظاهر|أجب|مثل دور|تحول|فعل|كن)[^\n]{0,60}(?:بدون (?:أي )?(?:قيود|قواعد|رقابة|حدود|فلاتر)|بلا (?:قيود|حدود|رقابة)|غير (?:مقيد|محدود|خاضع)|وضع المطور|جيلبريك|dan)",
        r"(?:أرسل|ارسل|أعطني|اعطني|اعرض|أظهر|اكشف|شارك|سرب)[^\n]{0,50}(?:مفاتيح? (?:api|واجهة|سري|خاص)|مفتاح api|كلمات? (?:المرور|السر)|كلمة (?:المرور|السر)|بيانات الاعتماد|بيانات الدخول|رمز الوصول|المفتاح (?:السري|الخاص)|api)",
        r"(?:إلى (?:كل |أي |جميع )?(?:الذكاء الاصطناعي|نماذج اللغة|المساعد)|إذا كنت (?:ذكاء|نموذج|مساعد)|أيها (?:المساعد|الذكاء|النموذج))",
    ),
    (
        "hi",
        r"(?:पिछले|पिछली|पहले|ऊपर|सभी|पूर्व|उपरोक्त)[^\n]{0,60}(?:निर्देश|आदेश|नियम|संदेश|हिदायत|प्रॉम्प्ट)[^\n]{0,60}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल|उपेक्षा|छोड़|न मान|इग्नोर)",
        r"(?:अपने|अपनी|तुम्हारे|सभी)[^\n]{0,40}(?:नियम|प्रतिबंध|सीमा|फ़िल्टर|फिल्टर|दिशानिर्देश|सुरक्षा|नैतिक)[^\n]{0,60}(?:अनदेखा|तोड़|हटा|भूल|बंद|नज़रअंदाज़|नजरअंदाज|बायपास|उल्लंघन)",
        r"(?:सिस्टम (?:प्रॉम्प्ट|निर्देश|संदेश)|छिपे (?:हुए )?निर्देश|मूल निर्देश|प्रारंभिक निर्देश|अपने निर्देश|तुम्हारे निर्देश|सिस्टम प्रॉम्प्ट)[^\n]{0,60}(?:दिखा|बता|प्रकट|दोहरा|लिख|साझा|क्या)",
        r"(?:बिना (?:किसी )?(?:प्रतिबंध|सीमा|नियम|फ़िल्टर|सेंसर)|अप्रतिबंधित|असीमित|जेलब्रेक|डेवलपर मोड)[^\n]{0,60}(?:एआई|ai|सहायक|कार्य|जवाब|उत्तर|मोड|अभिनय|बन)",
        r"(?:एपीआई कुंजी|api कुंजी|api key|पासवर्ड|क्रेडेंशियल|गुप्त कुंजी|निजी कुंजी|एक्सेस टोकन|लॉगिन)[^\n]{0,60}(?:भेज|बता|दिखा|दो|साझा|प्रकट|दीजिए)",
        r"(?:अगर (?:आप|तुम)[^\n]{0,12}(?:एआई|ai|सहायक|मॉडल)|(?:एआई|ai) (?:सहायक|मॉडल|सिस्टम)[^\n]{0,6}[,:])",
    ),
    (
        "el",
        r"(?:αγνόησε|αγνοήστε|ξέχασε|ξεχάστε|παράβλεψε|μην ακολουθ)[^\n]{0,60}(?:προηγούμεν|παραπάνω|όλες|αρχικ)[^\n]{0,50}(?:οδηγί|εντολ|κανόν|μηνύμα|κατευθύνσ)",
        r"(?:αγνόησε|ξέχασε|παράκαμψε|απενεργοποίησε|παραβίασε|κατάργησε)[^\n]{0,40}(?:σου|σας|όλους|όλες)?[^\n]{0,30}(?:περιορισμ|κανόν|φίλτρ|οδηγί|όρια)",
        r"(?:δείξε|αποκάλυψε|επανάλαβε|εμφάνισε|πες|ποιες|ποιο)[^\n]{0,60}(?:προτροπή συστήματος|οδηγίες (?:συστήματος|σου)|αρχικ[^\n]{0,8} οδηγί|κρυφ[^\n]{0,8} οδηγί|μήνυμα συστήματος|system prompt)",
        r"(?:είσαι|συμπεριφέρσου|προσποιήσου|απάντησε|ενεργοποίησε)[^\n]{0,60}(?:χωρίς (?:κανέναν )?(?:περιορισμ|κανόν|φίλτρ|λογοκρισ|όρια)|απεριόριστ|λειτουργία προγραμματιστή|jailbreak)",
        r"(?:στείλε|δώσε|δείξε|αποκάλυψε|κοινοποίησε)[^\n]{0,60}(?:κλειδι[^\n]{0,6} api|api key|κωδικ[^\n]{0,8} πρόσβασης|διαπιστευτήρια|μυστικ[^\n]{0,6} κλειδ|ιδιωτικ[^\n]{0,6} κλειδ)",
        r"(?:αν είσαι (?:τεχνητή|γλωσσικό|βοηθός|ai)|προς (?:κάθε |όλα τα )?(?:ai|μοντέλα))",
    ),
)

_COLUMNS: tuple[tuple[str, str, str, str, int], ...] = (
    ("override-prior", "ud", "at", "sets earlier instructions aside", 930),
    ("override-own", "ud", "a", "tells the model to drop its own rules", 900),
    ("extract-prompt", "u", "da", "asks for the hidden instructions", 860),
    ("role-unbound", "u", "da", "asks for an unrestricted persona", 870),
    ("secrets-ask", "u", "dt", "asks for credentials", 860),
    ("agent-to-ai", "dt", "u", "an order to the AI in a document", 830),
)

WORLD: tuple[Rule, ...] = tuple(
    Rule(f"{what}-{row[0]}", row[column], block, review, row[0], says, score)
    for row in (*_TABLE, *_SCRIPTS)
    for column, (what, block, review, says, score) in enumerate(_COLUMNS, start=1)
)
