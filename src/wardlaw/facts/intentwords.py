"""Words in which an effect is asked for: English, German, French, Spanish, Italian, Portuguese, Dutch.

General vocabulary of the languages; no word stands here because some tool or test uses it. English verbs are inflected
by ``intent``; the other languages stand as forms and stems, folded, without accents.
Not covered: other languages, spelling mistakes, wishes that name no act ("it would be nice if he knew").
"""

from __future__ import annotations

# English verbs in their base form.
VERBS: dict[str, str] = {
    "send": """send email mail message text dm tell inform notify reply respond answer forward announce say ask post
        publish tweet write contact remind warn alert thank congratulate greet submit dispatch deliver broadcast fax
        communicate convey relay ping upload transmit report export sync push""",
    "share": """share invite grant authorize authorise permit expose publish enroll enrol join onboard include admit
        assign delegate""",
    "pay": "pay transfer refund wire remit reimburse repay settle donate charge buy purchase order subscribe tip",
    "book": "book reserve rent hire order",
    "delete": """delete remove cancel erase wipe drop purge trash discard revoke kick ban clear destroy unsubscribe
        terminate kill uninstall deactivate disable reject close expel evict truncate""",
    "create": """create add make schedule save put compose generate draft insert append register arrange organize
        organise plan prepare build record store log note open start file set setup write remind block copy duplicate
        invite enter produce compile keep""",
    "change": """change update modify edit move reschedule rename adjust postpone correct replace fix alter amend shift
        increase decrease raise lower mark archive extend rearrange reorganize append set assign switch convert
        complete approve accept merge rewrite revise adapt redirect swap restore tag label star pin enable activate
        configure unsubscribe bring fill close reopen resolve""",
    "credential": "rotate reset regenerate unlock reauthenticate",
    "visit": "visit browse open navigate fetch click load download crawl request hit follow",
}
# Nouns and participles that say the wish in a request without its verb: "a refund for", "set up a payment".
NOUNS: dict[str, str] = {
    "pay": """payment payments transaction refund refunds rent bill invoice
        donation purchase uberweisung zahlung ruckerstattung rechnung miete dauerauftrag virement paiement facture
        loyer remboursement pago transferencia factura alquiler reembolso pagamento bonifico fattura affitto rimborso
        transferencia pagamento fatura aluguel reembolso betaling overboeking factuur huur terugbetaling""",
    "book": """reservation reservations booking bookings reservierung buchung reserva reservas prenotazione
        prenotazioni reservering boeking""",
    "credential": """password passwords passcode passphrase pin credential credentials secret token apikey passwort
        kennwort zugangsdaten motdepasse contrasena clave parola senha wachtwoord mfa otp""",
}
# Words of the other languages; one with an asterisk is a stem, which begins a word at most four letters longer.
STEMS: dict[str, str] = {
    "send": """schick* sende senden sendet versend* verschick* maile schreib* antwort* teilmit* mitteil* informier*
        benachrichtig* weiterleit* leite erinner* beantwort* poste posten sag sage frag frage
        envoy* envoie* ecris ecrire ecrivez repond* informe informez transmet* previen* prevenir avertis publie* publier
        dis dites demande* rappelle*
        envia* envie envio manda mande mandale escrib* respond* avisa avise notifica* publica* comunica* dile digale
        reenvia* pregunta*
        invia* scriv* rispond* avvis* inoltr* spedi* spedisci dille digli chiedi
        escrev* responda avisa encaminh* diga pergunt*
        stuur* verzend* schrijf* beantwoord* mail meld laat doorstuur* plaats* vraag""",
    "share": """teile teilen freigeb* gib einlad* lade partag* invite* partage compart* invita* condivid* convid*
        uitnodig* nodig deel delen hinzufug* hinzu fuge ajout* agreg* anad* aggiung* adicion* voeg toevoeg* toe""",
    "pay": """uberweis* bezahl* zahle zahlen erstatte* zuruckzahl* paie payer payez vire virer rembours* regle regler
        paga pagar pague transfier* transfer* reembols* abona abonar pagare bonific* rimbors* salda saldare
        pagamento betaal* betalen overmak* vergoed* terugbetaal*""",
    "book": """buche buchen reservier* miete reserve* reserver reserva* loue louer alquil* prenot* noleggi* alugar alugue
        boek boeken reserveer* huur""",
    "delete": """losch* entfern* stornier* absag* annullier* supprim* efface* retire retirer enlev* annule annuler
        elimin* borra borrar borre quita quitar cancela* cancelar rimuov* togli elimina annulla* apaga apagar apague
        remov* exclua excluir verwijder* wissen annuleer* schrap* afzeg*""",
    "create": """erstell* anlegen lege eintrag* trage plane speicher* notier* hinzufug* hinzu fuge mache setze cree creer
        creez ajout* planif* enregistr* prepar* crea crear agreg* anad* guarda* programa* anota* crei creare aggiung* salva
        salvare pianific* annota* cria criar crie adicion* agendar agende agendem marca marcar marque maak aanmak* voeg toevoeg* bewaar
        noteer* zet schrijf* ecris escrib* scriv* escrev* schreib* mets mettre lade einlad* invita* convid* uitnodig*""",
    "change": """andere andern aktualisier* verschieb* verleg* umbenenn* bearbeit* anpassen passe korrigier* ersetz*
        modifi* change changer deplac* reprogramm* renomm* corrig* actualis* mets actualiz* cambia* modific* mueve mover
        reprogram* renombr* aggiorn* sposta* rinomin* sostitu* atualiz* altera* mude mudar mova renome* wijzig*
        verander* werk verplaats* hernoem* aanpas* vervang* bijwerk* verzet""",
    "credential": "zurucksetz* reinitialis* restablec* reimpost* redefin*",
    "visit": "besuch* offne rufe klick* ouvre* ouvrir clique* abre abrir apri aprire clicca* acess* bezoek* klik",
}
# Two words that only together are a wish.
PHRASES: dict[str, str] = {
    "send": "let_know drop_line drop_message drop_note drop_email shoot_email shoot_message shoot_note pass_on put_on put_up lass_wissen gib_bescheid sag_bescheid faire_savoir fais_savoir dis_a hazle_saber fai_sapere",
    "share": "hand_over give_access give_permission give_permissions give_rights make_available let_read let_see let_view let_edit let_access let_comment let_have let_join add_user add_member add_participant add_participants bring_in",
    "pay": "send_money send_them give_back pay_back",
    "create": "turn_into set_up sign_up write_down put_together",
    "change": "hand_over log_out turn_off turn_on switch_to",
    "delete": """get_rid call_off throw_away throw_out toss_out clear_out clean_up kick_out take_off take_out take_down
        pull_down cross_out leave_group""",
    "credential": "api_key access_key private_key",
    "visit": "go_to head_to head_over look_at have_look take_look call_up pull_up check_out",
}
# Words that are as often names of things; they are wishes only where a verb can stand.
BARE: frozenset[str] = frozenset(
    """email mail message text post refund refunds book share change address move set note plan schedule transfer order rent bill
    report file record log copy contact answer reply request open close charge tip wire pass drop close follow mark
    label tag star start block draft build store hit load click alert ping fix remind export sync push pin answer
    emails mails messages texts posts books shares changes moves sets notes plans schedules transfers orders rents
    reports files records logs copies contacts answers replies requests marks labels tags stars builds stores clicks
    alerts pins charges tips meeting booking building opening recording setting texting drafts blocks join include
    complete say ask join close clear lower fax purchase purchases thank supplies
    plan open change mail invite reserve informe demande publie keep""".split()
)
# What stands before a thing rather than an act, and before an act rather than a thing.
DETERMINERS: frozenset[str] = frozenset(
    """the a an this that these those my your his her its our their of last first latest recent unread new old each
    every any some no which what whose in from by for with on about per under over der die das den dem des ein eine
    einen einem einer mein meine le la les un une des mon ma mes ce cette du de el los las una mi mis este esta o os as
    um uma meu minha il lo gli i het een mijn""".split()
)
LEADERS: frozenset[str] = frozenset(
    """to please and then can could you also will just should must or would now kindly afterwards finally i we ll let
    so next lastly immediately not mind start try help after before by while bitte und dann et puis y luego e poi depois en dan te zu a""".split()
)
NEGATIONS: frozenset[str] = frozenset(
    "not don t dont never without nicht kein keine keinen ne pas jamais sans no nunca sin non mai senza nao sem niet geen".split()
)
TRAILING_NEGATIONS: frozenset[str] = frozenset("nicht kein keine keinen pas jamais niet geen".split())
# What begins a wish of its own, so that a "not" before it does not reach further.
JOINERS: frozenset[str] = frozenset(
    "and but then also instead und aber sondern et mais y pero e ma mas en maar".split()
)
# What begins a question that wants to know and nothing done.
QUESTIONS: frozenset[str] = frozenset(
    """does do did is are was were has have had what which when where who whom whose how why
    was wer wann wo wie warum welche welcher welches ist sind hat que quand qui quel quelle combien cuando quien cual cuanto
    che quando chi quale quanto quem qual wat wie wanneer waar hoeveel welk welke heeft""".split()
)
# Verbs that, said to the agent about oneself, want an answer.
TELLING: frozenset[str] = frozenset(
    """tell inform notify answer remind report ask alert warn contact say reply sag sage informiere erinnere dis dites informe
    vertel meld laat""".split()
)
TO_ONESELF: frozenset[str] = frozenset("me us mir uns moi nous mij ons".split())
# Objects of a verb: a word before one of these that could name a thing is an act ("anything of mine, move my call").
OBJECTS: frozenset[str] = frozenset("my it them him us our mine meinen meinem".split())
# "In a new file": what is to be made is wished for without a verb.
INTO: frozenset[str] = frozenset("in into to as under dans en em als zu como come".split())
ARTICLES: frozenset[str] = frozenset("a an ein eine einen einem einer un une una uno um uma een".split())
FRESH: frozenset[str] = frozenset(
    """new separate neue neuen neuer neues nouveau nouvel nouvelle nueva nuevo nuova nuovo nova novo nieuw nieuwe""".split()
)
