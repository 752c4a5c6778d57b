"""Words by which names of people and postal addresses are told from other words with a capital.

Compiled from common knowledge of the registers of births and of postal guides: common given names by region, endings of
family names, words of streets, countries. Without accents, in lower case: texts are folded before they are compared.
"""

from __future__ import annotations

_ENGLISH = """
aaron abby abigail adam adrian aidan alan albert alec alex alexa alexander alexandra alexis alfred alice alicia allan allen alison
allison alyssa amanda amber amelia amy andrea andrew andy angela angie ann anna anne annie anthony april archie arthur ashley audrey
austin ava barbara barry beatrice becky ben benjamin bernard beth bethany betty beverly bill billy blake bob bobby bonnie brad bradley
brandon brenda brett brian bridget brittany brooke bruce bryan byron caitlin caleb calvin cameron candice carl carla carly carol caroline
carolyn carrie casey catherine cathy chad charlene charles charlie charlotte chelsea cheryl chloe chris christian christina christine
christopher christy chuck cindy claire clara clarence claudia clifford clint clive cody cole colin colleen connor corey courtney craig
crystal curtis cynthia daisy dale dan dana daniel danielle danny darlene darren daryl dave david dawn dean debbie deborah debra dennis
derek derrick desmond diana diane dominic don donald donna doris dorothy doug douglas duncan dustin dylan earl ed eddie edgar edith edmund
edward edwin eileen elaine eleanor elena elijah elizabeth ella ellen ellie elliott elsie emily emma eric erica erik erin ernest ethan
eugene eva evan evelyn faye felicity felix fiona florence floyd frances francis frank franklin fred freda freddie frederick gabriel
gail gareth garry gary gavin gemma geoff geoffrey george georgia georgina gerald geraldine gerard gertrude gilbert gillian gina glen glenda
glenn gloria gordon graham grant greg gregory gwen hannah harold harriet harriette harry harvey hazel heather hector heidi helen henry herbert
herman hilary holly homer howard hugh hugo ian imogen ingrid irene iris isaac isabel isabella isla ivan ivy jack jackie jackson jacob
jacqueline jade jake james jamie jan jane janet janice jared jasmine jason jay jayden jean jeff jeffrey jenna jennifer jenny jeremy jerome
jerry jesse jessica jessie jill jim jimmy jo joan joanna joanne jodie joe joel joey john johnny jon jonathan jordan joseph josephine
josh joshua joy joyce juan judith judy julia julian julie june justin karen karl kate katherine kathleen kathryn kathy katie kay kayla
keith kelly ken kenneth kerry kevin kim kimberly kirk kirsty kristen kristina kurt kyle lance larry laura lauren laurie lawrence leah lee
leo leon leonard leroy leslie lewis liam lillian lily linda lindsay lindsey lisa lloyd logan lois lola loretta lori lorraine louis louise
lucas lucy luis luke lydia lynn mabel madeleine madison malcolm mandy marc marcia marcus margaret maria marian marie marilyn marion marjorie
martha martin martina marvin mary mason matt matthew maureen max maxine megan melanie melissa melvin mia michael michele michelle miguel
mike mildred miles milton miriam mitchell molly monica morgan muriel myra nancy naomi natalie natasha nathan nathaniel neil nellie nicholas
nick nicola nicole nigel nina noah noel nora norma norman oliver olivia oscar owen paige pam pamela patricia patrick patsy paul paula pauline
pearl peggy penny percy perry pete peter phil philip phillip phoebe phyllis poppy priscilla rachel ralph ramona randall randy ray raymond
rebecca regina reginald renee rhonda richard rick ricky rita rob robert roberta robin rodney roger roland ron ronald ronnie rory rosa rose
rosemary ross roxanne roy ruby rupert russell ruth ryan sally sam samantha samuel sandra sara sarah scott sean sebastian shane shannon
sharon shaun shawn sheila shelley sherry shirley sidney simon sophia sophie spencer stacey stacy stanley stella stephanie stephen steve
steven stewart stuart sue summer susan suzanne sydney sylvia tamara tammy tanya tara taylor ted teresa terrance terri terry theodore theresa
thomas tiffany tim timothy tina toby todd tom tommy toni tony tracey tracy travis trevor tristan troy tyler ursula valerie vanessa vera
vernon veronica vicki vickie vicky victor victoria vincent viola violet virginia vivian wade wallace walter wanda warren wayne wendy wesley
whitney wilfred will william willie winifred winston xavier yolanda yvette yvonne zac zachary zara zoe
"""
_EUROPEAN = """
achim adele agathe agnes agnieszka aino alain alba albrecht alena ales alessandra alessandro alessia alexandre alexandrine alexej alfonso
alfredo alida alina aloisia alvaro amalia amelie ana anabel anders andre andreas andrea andrej andrzej anette angel angelika angelo anita anja
anka anke annelies annette annika ansgar antje anton antonella antonia antonio ari ariane arianna arkadiusz arne arnaud arno astrid august
augustin axel barbora bart bartosz beata beate bengt benedetta benedikt benoit bernadette bernd bernhard berit bertrand birgit birgitta bjorn
blanka bohdan bohumil boris bozena bram branko brigitte britta bruno camille carina carlo carlos carmen carsten catalina catarina cecile cecilia
cecilie chantal charlotta chiara christa christel christiane christof christophe cinzia clara clemens clotilde conny corinna corinne cornelia
cosima cristian cristina dagmar dalibor damian damien danica daniela danuta daria dario david davide deborah denis denise detlef didier diego
dieter dietmar dimitri dirk dmitri dominik dominika dominique domenico dora doreen dorota dusan ebba eckhard edda edoardo eero eija elif elena
eleni elfriede elisa elisabeth elise elke elsa elvira emanuele emil emile emilia emilie emilio emmanuel enrico enrique erich erika erkki ernst
esteban estelle ester eveline ewa ewald fabian fabienne fabio fabrice federica federico ferdinand ferenc ferko fernanda fernando filip filippo
filomena florian florence francesca francesco francisco franck franco francois francoise franz frauke frederik frederic frida fridolin frieda
friedrich fritz gabriela gabriele gaelle gaetan georg georges gerd gerda gerhard gerrit gertrud giacomo gian gianluca gianni gilles giorgia giorgio
giovanna giovanni gisela giulia giuliano giuseppe gonzalo grazyna greta grzegorz guido guillaume gunnar gunter gunther gustav gustavo hakan halina
hanna hanne hannelore hans hartmut heike heiko heikki heinrich heinz helena helga helge helle helmut hendrik henk henri henriette henrik henryk
herve hilda hilde holger horst hubert hynek ida ignacio igor ilaria ilona ilse imke inga inge ingeborg inger ingo ioannis irena irina irma isabelle
istvan ivana iveta ivo iwona jaakko jacek jacques jadwiga jaime jakob jakub jana janina janne janos jarmila jaroslav javier jeanne jelena jens
jerzy jesper jesus jiri joachim joakim joaquin jochen johan johann johanna johannes jolanda jonas joost jorge jorgen jose josef josefina josep
josip jouni jozef judit juergen jukka julien juliette julio julius juraj jurgen jutta kaisa kaj kamil kamila karel karin karina karla karolina
karoline karsten kasper katarina katarzyna kateryna kathrin katja katrin kazimierz kerstin kirsten kjell klara klaus knut konrad konstantin
kornelia krzysztof krystyna lars lasse laszlo laurent lena leonie leonor leopold leszek liisa liliana liselotte livia ljubica lorenzo lothar louis
luca lucia luciano lucie lucien luciana ludmila ludovic ludwig luigi luisa lukas lukasz lutz luuk maarten maciej maja magda magdalena magnus maike
malgorzata manfred manon manuel manuela mara marcel marcin marco marek maren margareta margarita margherita margit margot marianne mariana mariano
marija marina mario mariusz marit marjan marketa markku marko markus marta marten martine massimo mateo mateusz mathias mathieu mathilde matteo
matthias mattias matti maurice mauricio maurizio max maximilian mechthild meike mercedes michaela michal michel mieczyslaw mihai mikael mikhail
mikkel mila milan milena milos miloslav minna mira mirela mireille miro miroslav mirko monika monique nadezhda nadia nadine natalia nathalie nele
nicolas nicolo nieves niels nikola nikolai nikolaus nils noemi norbert odile olaf oleg olga olivier ondrej oscar osvaldo otto outi ove pablo pal
paola paolo pascal patrice patrizia pavel pavla pawel pedro pekka per petr petra philippe pia pierre pieter pilar piotr radek rafael rafal raimund
rainer ramon raphael raquel raul regine reiner reinhard remi renata renate rene ricardo riccardo rikke roberto roel rolf roman romain rosalia rosanna
rosario rubija rudolf ruben rui sabina sabine salvatore sander sandrine sandro sanna santiago sara sascha saskia seija serena serge sergei sergio sigrid
silke silvana silvia simona simone sjoerd slavko slawomir sofia sofie solveig sonja soren stanislav stanislaw stefan stefania stefano steffen sten
stephane sture susanna susanne suzana sven svenja sveta svetlana sylvain sylvie sylwia szymon tanja tatiana tatjana tea terje terttu thea theo
theodora theresia thierry thomas thorsten tiina till timo tjark tobias tomas tomasz torben torsten tove trine tuula udo ulf ulla ulrich ulrike
urban urs ute uwe vaclav valentin valentina valeria valerie veikko vera verena veronika vesna vibeke viktor viktoria ville vinicio virginie vit
vito vittorio vladimir vlasta vojtech volker vsevolod waltraud waclawa wanda werner wieslaw wilfried wilhelm willem wim wojciech wolfgang wouter yann
yannick yves zbigniew zdenek zeljko zofia zoltan zuzana
"""
_WORLD = """
abdul abdullah abebe adebayo adriana aguta ahmad ahmed aiko aisha aja akash akiko akira alejandra alejandro ali aliyu amar amina amir amit amita
anand anahera ananya anil anita anjali ankit arash aravind arjun arun asha ashok asif atsuko ayumi aya azadeh babak bahar bashir bilal bongani
carlos chen chidi chinedu chiamaka chika daiki daisuke deepak deepika devi dinesh divya emeka esra fang farah farid fatima fatma feng firoz ganesh
gaurav geeta gita goran guo hamza hana hao haruka haruki hassan hideo hiroko hiroshi hiro hong hussein ibrahim ichiro ifeoma imran indira isha ismail
jamal javed jaya jia jian jin jing joao junko kaito kamal kaori karan karim katsuki kavita kazuki kazuo keiko kemal kenji kenta khadija khalid kiran
kofi kojo krishna kumar kunal kwame lakshmi lalita layla lei leila li ling lin luan mahmoud mai makoto malik manish manoj mariam maryam masako mehdi mehmet mei
meera mehul michiko midori min ming minh minik mitsuko mohamed mohammad mohammed mohan mona muhammad mukesh murat mustafa naoko naoki nasser nasrin neha
nguyen nikhil ngozi nisha noor nur obinna ola olumide omar osman parvati pooja pradeep prakash pranav prasad pratik praveen priya priyanka rahul raj
raja rajesh rajiv rakesh ram ramesh rani rania ravi rashid reza ritu rohan rohit sachin sakura samir sandeep sandip sanjay sanjeev santosh satoshi
sayaka seema shah shan shankar shanti shigeru shinji shirin shivani shreya shu siddharth sipho sita sneha sonia subhash suda sunil sunita suresh swati
takashi takeshi takumi tamar tariq taro tatsuya temitope thandi thabo tomoko tuan uma usha usman varun vijay vikas vikram vinod vishal wanjiru wei xiao
xin yan yang yasmin yasuko yi ying yoko yoshiko yosef youssef yu yui yuka yuki yuko yumi yusuf zahra zainab zanele zhang zhen zhi
adriano aline anderson arnaldo bruna caio camila cauan claudio danilo eduarda eduardo erick evandro fabiana felipe flavia gabriela gilberto giovana
guilherme heitor henrique igor isadora joaquim jorge julio kaua larissa leandro leticia livia lucas luan luiz luiza marcela marcelo marcos mariana matheus
mauro murilo nicolas otavio paulo pedro rafaela renan renato ricardo rodrigo rogerio samuel sergio tainara tatiane thiago tiago vinicius vitor wagner
alberto alonso beatriz benito brenda calquin cesar consuelo dolores emiliano esperanza ezequiel facundo graciela guadalupe hernan ignacia joaquin
leonardo lorena lourdes maite marisol matias maximo mirta nahuel noelia octavio osvaldo rocio rodolfo rosalva salvador santino soledad teodoro tomas
ursulina valentin ximena yesenia
"""
GIVEN = frozenset(f"{_ENGLISH} {_EUROPEAN} {_WORLD}".split())
# Given names that are also words or months: by themselves they say nothing.
AMBIGUOUS = frozenset(
    "april august austin amber dawn dean don earl ed faith frank grace grant hope ivy jack jade jasmine joy june may mark max min noor nur "
    "pal pearl penny ray rich rob rose ruby sally so sue summer sydney troy violet virginia will urban wade can paris chelsea dale per till ari "
    "ola mai an ram raja li lin yan yang yi yu kay jay bill chuck art guy ana alba georgia jordan florence milan victoria charlotte jackson "
    "houston dallas madison lincoln mason hunter carter cooper taylor bailey morgan lance miles drew gene jean hazel heather holly iris lily "
    "olive poppy robin rosemary skye sky star stella angel christian domenica noel lei ling ming hong jin jing fang mira mona nova dora".split()
)
FAMILY_END = (
    r"(?:[a-z]{2,}(?:sson|ssen|rsen|nsen|lsen|ksen|dsen|tsen|asen|esen|isen|son|enko|chuk|ovic|evic|ovich|evich|ovsky|evsky|ova|eva|ska|"
    r"sky|ski|ský|icz|wicz|czyk|ak|ek|escu|eanu|opoulos|akis|idis|adze|shvili|yan|ian|nen|lainen|berg|strom|stroem|lund|gren|qvist|quist|"
    r"mann|meier|meyer|bauer|stein|hofer|inger|huber|schmidt|schulz|ez|oz|eira|eiro|ini|elli|etti|ucci|ino|one|ese|ard|eau|ier|oux|ez|"
    r"oglu|zadeh|pour|dottir|ke|ko|ov|ev|in|yn|off|ly|os|nik|vich|uk|yk|man|ley|ton|ford|worth|well))"
)
PARTICLES = frozenset(
    "van der den de von zu zur del della di da dos das la le du bin ibn al el ter ten af mac mc o y e".split()
)
TITLES = (
    r"mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|madame|mme|mlle|monsieur|herr|frau|fraulein|senor|senora|senorita|sr|sra|srta|signor|"
    r"signora|sig|dott|dottor|don|dona|dhr|mevr|mevrouw|meneer|pan|pani|doctor|rev|fr|judge|capt|captain|lt|sgt|hon|lord|lady"
)
# What stands right before a name.
LEADS = (
    r"my (?:full |first |last )?name(?: is|'s|:)|name(?: is|:| on (?:the |my )?(?:card|account)(?: is|:)?)|(?:i am|i'm|this is|it's) |called|named|hi|hello|hey|"
    r"dear|regards,?|sincerely,?|thanks,?|cheers,?|best,?|yours,?|patient(?: is)?:?|customer:?|client:?|employee:?|tenant:?|contact:?|attn:?|"
    r"recipient:?|beneficiary:?|holder:?|owner:?|signed(?: by)?:?|author:?|from:|to:|by|user:|nom :?|nombre:?|nome:?|naam:?|imie:?|"
    r"last name[:?]?(?: is)?|surname[:?]?(?: is)?|maiden name[:?]?(?: is)?|add|invite|remove|at|for|of|between|against|about|"
    r"says|said|told|asked|met|ask|tell|call|with|and|contact|directed by|starring|written by|married to|husband|wife|son|daughter|brother|sister|"
    r"father|mother|uncle|aunt|friend|colleague|boss|mit|ich hei(?:ss|ß)e|ich bin|mein name ist|je m'appelle|me llamo|mi chiamo|ik ben|meu nome"
)
# What stands right after one.
FOLLOWS = (
    r"'s |said|says|told|asked|wrote|replied|called|is (?:a|an|very|my|the|not|out|on)\b|was born|was|had|has|lives|works|and|,? \d{1,3}\b|"
    r"\(?(?:born|aged|dob)|as|will|shouted|began|is from|from|works|or|who|whose|version|concert|novel|"
    r",? (?:ceo|cto|cfo|director|manager|phd|md|esq|jr|sr)\b|spent|gave|took|wants|need|joined|founded"
)
# Words with a capital that are no names: beginnings of sentences, months, weekdays, titles of things, products.
PLACES = frozenset(
    """
afghanistan albania algeria america andorra angola antarctica argentina armenia asia australia austria azerbaijan bahamas bahrain bangladesh barbados
belarus belgium belize benin bhutan bolivia bosnia botswana brazil brasil brunei bulgaria burkina burundi cambodia cameroon canada chad chile china colombia
congo croatia cuba cyprus czechia czech denmark deutschland djibouti dominica ecuador egypt england eritrea espana estonia eswatini ethiopia europe fiji finland
france gabon gambia georgia germany ghana greece greenland grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland
israel italia italy jamaica japan jordan kazakhstan kenya korea kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya liechtenstein lithuania
luxembourg madagascar malawi malaysia maldives mali malta mauritania mauritius mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia
nepal netherlands nederland nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru philippines poland polska portugal qatar romania russia
rwanda samoa scotland senegal serbia seychelles singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania
thailand togo tonga tunisia turkey turkmenistan uganda ukraine uruguay usa uk uzbekistan vanuatu venezuela vietnam wales yemen zambia zimbabwe zealand
amsterdam athens atlanta auckland baghdad bangkok barcelona beijing berlin bern bogota boston brussels bucharest budapest cairo california cambridge chennai
chicago cologne copenhagen dallas delhi denver dublin edinburgh florida frankfurt geneva glasgow hamburg hanoi havana helsinki houston istanbul jakarta
jerusalem johannesburg kiev kyiv lima lisbon liverpool london lyon madrid manchester manila marseille melbourne miami milan minsk montreal moscow mumbai
munich nairobi naples netherlands oslo ottawa oxford paris perth philadelphia prague reykjavik riga rome rotterdam santiago seattle seoul shanghai sofia
stockholm sydney tallinn tehran texas tokyo toronto vancouver vienna vilnius warsaw washington york zagreb zurich
african american arab argentine asian australian austrian belgian brazilian british bulgarian canadian chilean chinese croatian cuban cypriot czech danish
dutch egyptian english estonian european finnish french german greek greenlander greenlandic hungarian icelandic indian indonesian iranian iraqi irish israeli italian
japanese jewish kenyan korean latvian lithuanian mexican moroccan muslim nigerian norwegian pakistani peruvian polish portuguese romanian russian saudi scottish
serbian slovak slovenian slovene spanish swedish swiss syrian thai tunisian turkish ukrainian venezuelan vietnamese welsh
""".split()
)
COMMON = (
    frozenset(
        """
a about above according account act action add address after again against agent ago ai all also always am amazing an and another answer any
anyone api app apple application apr april are area around article as ask assistant associates at attached attorney aug august aws azure back
bank based be because been before behind being below best better between bit board book both bot box bring business but button by call can card
care case cast category center central change chapter chat check chief church city class click client close club co code college come company
complete conference config contact content control corp corporation could council country county court create credit current customer data database
date day days dear dec december department describe design details develop did digital director district do docker docs document does dollars done
double down each east edit education email energetic engineer england english enter error european even event every example excel excuse explain fact
feb february federal few field file find first flag follow following food for form free friday from front full fund game general generate get give
given go going good google government great group guide had half has have he health hello help her here hey hi high his history home hospital hot hotel
house how however human i id idea if image important in inc include including industry info information input insert install institute international
internet into is issue it item its jan january java javascript job jul july jun june just keep key kind king know label language last late law lead
least left legal less let letter level library life like limited line linux list little live llc local log long look looking love ltd mac made mail main
make man management manager many map mar march market may maybe me medical meeting member message microsoft military mission model monday money month
more most mr mrs ms much museum music must my name nan nations nature need network never new news next night no none north not note nothing nov november
now null number oct october of off office official ok old on once one online only open or orchestra order org other our out output over page palace
park part party pass password patient people phone place plan please point police policy port president press price print private problem process product
program project provide public put python queen query question rate read real really reason received record red region related remember report request
required research response rest result return review right river road role room royal rule run sat saturday save say school science sea search second
section security see seems select send sent sep september server service services set she ship short should show shown sincerely since site so social
software some someone something sorry south special sql staff start state statement states station step still stop store story street strong student study
subject such suite summary sun sunday support sure system table take tax team tech tell text than thank thanks that the their them then there these they
thing things think this those though three through thursday time title to today together tom token tomorrow too top total town trade train translate true try
tue tuesday two type under union united unit university unix until up update us use used user using value very version via view visit want war was way we
web wed wednesday week well went were west what when where which while white who why wifi will windows wish with within without word work working world
would write year years yes yesterday yet you young your zip energetic awarded helped driven suspense mystery comedy family kids adventure animation drama horror thriller entertainment weekly wisdom discipline capitalized words studio visual learn object angular react node django flask numpy pandas tensorflow can't don't won't it's i'm that's let's what's how's
apologies attention background basic bible black blue bluetooth board bonjour bug build bus cars chinese christmas class climate cloud color command
company component computer constitution could's css customers cut daily default definition demo deploy dev discuss docx economics economy edition element
enterprise environment equation exam exercise expert facebook false figure final finance financial fix flow function fwd gateway gdp german git github global
goal gmt god gold green handle hardware headers http https human identify implement improve increase index instagram instead instructions integration
interview introduction invoice ios ip iso japanese json kernel kubernetes landing latin layer learning lesson license limit link load login lost machine
marketing markdown math mobile module multiple net nil node nor notes objective objects operating option options oracle original outline overview package
paragraph parameters path pdf performance period physics play plus position post power premium preview previous principal print production professional
profile property protocol purpose quality quick quote random ready recent reference register regarding release remove rename replace requirements
resources rest rewrite roman root sales sample scenario schedule script section self sentence series session settings several sign simple single size
skip source space spanish speed sport sports stack standard status stock storage strategy string structure style success suggest super syntax task test
testing theory tip tips tools topic tour tv twitter ubuntu understand unfortunately unless url usage utc utilize variable video virtual volume wall warning
website welcome whether wikipedia women xml yaml youtube zone hammer lord university corner bot orders shipping delivery invoice billing payment receipt
ceo cto cfo hr it pr vp ad bc usd eur gbp apo psc fpo dpo fax tel attn ref re ps fyi asap faq ssn iban
""".split()
    )
    - PLACES
)
# Words that make the words before them the name of a company or a place.
ORGANISATION = frozenset(
    "inc ltd llc plc gmbh ag sa srl spa bv nv oy ab as aps co corp corporation company group holding holdings associates partners bank university college "
    "school hospital institute foundation ministry department council committee agency union museum church club orchestra band airport station "
    "hotel restaurant park bridge river lake mountain valley island county city town village street road avenue systems software technologies technology "
    "labs solutions services media press news times magazine museum theatre theater cafe festival award prize cup league force army navy".split()
)
_STREET_AFTER = (
    r"street|st|road|rd|avenue|ave|av|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|place|pl|square|squares|sq|terrace|ter|way|parkway|pkwy|highway|hwy|"
    r"close|crescent|cres|gardens|grove|mews|row|trail|trl|loop|alley|aly|pike|plaza|point|walk|wharf|quay|heights|hill|parade|pde|esplanade|"
    r"nagar|marg|chowk|bagh|vihar|colony"
)
_STREET_END = (
    r"stra(?:ss|ß)e|strasse|str|weg|platz|allee|gasse|ring|ufer|damm|steig|laan|straat|plein|gracht|dijk|kade|gatan|gata|vagen|vegen|vej|veien|gade|alle|"
    r"stien|torget|katu|tie|polku|kuja|kuju|utca|ter|ulice|ova|eva|ska|namesti|tn|mnt"
)
_STREET_BEFORE = (
    r"rue|avenue|av|ave|boulevard|bd|chemin|allee|impasse|place|quai|route|cours|via|viale|corso|piazza|piazzale|largo|vicolo|strada|calle|c/|avenida|avda|av|paseo|"
    r"plaza|carrera|cl|cra|ronda|camino|rua|travessa|praca|alameda|estrada|rodovia|ul|ulica|aleja|al|os|plac|pl|ulitsa|ulice|namesti|bulevar|trg|strada|str|calea|jalan|jl"
)
_WORD = r"[A-Z][\w'.-]*"
_SMALL = r"(?:de|del|della|di|da|do|dos|das|des|du|la|le|les|el|los|van|von|der|den|het|of|the|i|and|d'|l') ?"
_NUMBER = r"\d{1,5}(?:[ -]?[A-Za-z]\b)?(?:[/-]\d{1,4}[A-Za-z]?)?"
_UNIT = r"(?:(?i:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|no|nr|box|piso|etage|appt|lot)\b\.? ?#?[\w-]{1,8}|#\d{1,6})"
# A street and a number as different countries write them; each takes what belongs to it on the same line.
STREETS = (
    rf"\b{_NUMBER},? (?:[NSEW]\.? )?(?:{_WORD} |\d{{1,3}}(?:st|nd|rd|th) ){{1,4}}(?i:{_STREET_AFTER})\b\.?(?: [NSEW]{{1,2}}\b)?",
    rf"\b(?:\d{{1,5}} )?(?:{_WORD} ){{0,2}}[A-Z]\w*(?:{_STREET_END})\b\.? (?:nr\.? ?)?{_NUMBER}\b",
    rf"\b(?:{_WORD} ){{1,3}}(?i:weg|platz|stra(?:ss|ß)e|allee|gatan|vagen|vej|gade|utca|u|ut|ter|tie|kuja|puiestee|mnt|tn|ulice|cesta|ulica)\b\.?,? {_NUMBER}\b",
    rf"(?i:\b(?:{_STREET_BEFORE})\b\.?) (?:{_SMALL}){{0,3}}{_WORD}(?: (?:{_SMALL}){{0,2}}{_WORD}){{0,4}}(?:,? (?:n\.?(?:º|o|°)? ?|nr\.? ?)?{_NUMBER}\b)?",
    rf"\b\d{{1,5}}(?: ?bis| ?ter)?,? (?i:(?:{_STREET_BEFORE})\b\.?) (?:{_SMALL}){{0,3}}{_WORD}(?: (?:{_SMALL}){{0,2}}{_WORD}){{0,3}}",
    r"(?i:\bp\.? ?o\.? ?box|\bpostfach|\bapartado|\bcaixa postal|\bboite postale|\bcasella postale|\bpostbus) \d{1,6}",
    r"\b(?:PSC|CMR|Unit) \d{3,5},? Box \d{1,5}\b|\b(?:APO|FPO|DPO) A[AEP] \d{5}\b|\bUSS \w+\b|\bUSNS \w+\b|\bUSNV \w+\b",
    rf"\b\d{{2,5}} (?:{_WORD} ){{1,3}}\d{{1,4}}\b",
    r"\b\d{1,3}-\d{1,3}-\d{1,3},? [A-Z]\w+(?:-(?:ku|cho|shi|machi))?",
)
# A postal code with its town, or one that can be nothing else.
POSTCODES = (
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b",
    r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b",
    rf"\b{_WORD}(?: {_WORD})?,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?\b",
    rf"\b(?:[A-Z]{{1,2}}-)?\d{{4,5}} [A-Z][a-z]{{2,}}(?:[ -](?:{_SMALL})?{_WORD})?",
    rf"\b\d{{4}} ?[A-Z]{{2}},? {_WORD}",
    r"\b(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{4}\b",
    r"〒 ?\d{3}-?\d{4}",
    r"\b\d{5}-\d{3}\b",
    rf"\b{_WORD}[ ,-]+\d{{6}}\b",
    rf"\b{_WORD}(?: {_WORD}){{0,3}} \d{{5}}\b",
    r"(?i:\b(?:zip|zip code|postal code|postcode|plz|postleitzahl|code postal|cap|cep|pin code):? ?)\d{4,6}\b",
)
UNIT = _UNIT
ADDRESS_LEADS = r"address|street|live[sd]? (?:at|in|on)|deliver|ship|send|sent|located|adresse|direccion|indirizzo|endereco|adres|wohn|anschrift|residen|postal|zip|mail(?:ed|ing)? to|apartment|flat|corner of"
