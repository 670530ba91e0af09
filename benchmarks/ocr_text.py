"""The text that `ocr.py` sets, written for it: many subjects, figures and marks; and a table."""

PARAGRAPHS = """\
The harbour authority was founded in 1874, when three fishing villages agreed to share the cost of a stone
breakwater. Its first engineer, Margaret Oakes, kept a diary in which every storm of that decade is described.
On 12 November 1876 she wrote that the sea had lifted a block of nine tons and laid it down forty yards
further inland, "as gently as one puts a sleeping child to bed".

A tenant may end this agreement by giving two months' notice in writing. The notice must reach the landlord
before the first working day of a month; otherwise it takes effect a month later. Rent already paid for the
time after the end is returned within 30 days, less the cost of any damage that goes beyond ordinary wear.
Disputes about such costs are decided by an expert whom both sides name.

To make the dough, dissolve 20 g of yeast in 300 ml of lukewarm water and leave it for ten minutes. Mix 500 g
of flour with 10 g of salt, add the water, and knead until the dough no longer sticks to the bowl. Cover it
and let it rise for an hour and a half at about 24 degrees. Heat the oven to 230 degrees; bake the loaf for
twenty minutes, then for another twenty-five at 200.

Revenue rose by 14.2% to $48,317 thousand, chiefly because the Northern division sold 3,150 units more than in
the year before. Gross margin fell from 41.7% to 39.9%, since copper and freight became dearer. Selling
expenses were unchanged at $6,204 thousand. After tax of $2,118 thousand the company earned $5,733 thousand,
or $1.27 a share, of which the board proposes to distribute forty cents.

Patients who took the new preparation slept on average 38 minutes longer than those who were given a placebo
(95% interval 21 to 55 minutes; n = 412). Headache was reported by 6.1% and 5.8% respectively. Nobody withdrew
because of side effects. The investigators point out that follow-up ended after twelve weeks, so nothing can
be said about habit, and that people over seventy were excluded.

The telescope stands on a granite plateau at 2,635 metres, far from any town. Its mirror, 8.2 metres wide and
only 17 centimetres thick, is held in shape by 150 actuators that are adjusted twice a minute. On a calm night
it could resolve the two headlamps of a lorry parked on the moon. Every morning at ten the dome is cooled to
the temperature that is expected at dusk.

Question 7: a train leaves Aldbury at 08:15 and travels at 72 km/h; another leaves Wendover, 96 km away, at
08:35 and comes towards it at 88 km/h. When do they meet, and how far from Aldbury? Answer: by 08:35 the first
has gone 24 km, so 72 km lie between them; together they cover 160 km an hour, and meet after 27 minutes, at
09:02, 56.4 km from Aldbury.

Dear Ms Whitfield, thank you for your letter of 3 March. We are sorry that the dishwasher (model KX-440,
serial number 7719-0025) leaked for a second time. A technician will call on Thursday between 9 and 11 a.m.
and replace the inlet valve free of charge. Should the fault return within a year, you may choose between a
new machine and your money back. Yours sincerely, J. Albright, Customer Service.

Swifts spend almost their whole life in the air: they feed, drink, mate and even sleep on the wing. A young
bird that leaves its nest in July may not touch anything solid again until it breeds, two or three years
later. Ringed birds have been found to fly 800 kilometres in a day to go around a thunderstorm. They winter
south of the Sahara and are back by the second week of May.

Before opening the cover, switch off the unit and wait for at least five minutes: the capacitors keep a
dangerous charge. Remove the four screws marked A with a No. 2 screwdriver, lift the front edge, and slide the
cover backwards. Check that fuse F3 (2.5 A, slow) is intact. If the lamp D7 blinks three times, the fan is
blocked; if it stays dark, the supply has failed and must be exchanged.

The council met at half past six in the old school. Mr Pereira asked why the footbridge over the canal had
been closed since August. The surveyor replied that two of its beams were rotten, that oak of the right length
could not be had before spring, and that a steel bridge would cost £61,500 instead of £23,900. It was
resolved, by seven votes to two, to wait for the oak and to put up a sign.

Glass is neither a crystal nor a liquid. When a melt is cooled so fast that its atoms find no time to arrange
themselves, they stop where they are, and what was disorder in motion becomes disorder at rest. That old
church windows are thicker at the bottom does not show that glass flows: the panes were uneven when they were
made, and glaziers put the heavy edge down. At room temperature the flow would take longer than the age of the
universe.

The first edition was printed in 1,200 copies, of which 340 were sold by Christmas. The publisher, who had
expected twice as many, had the rest bound in cheaper cloth and offered them at five shillings. A review in
the Morning Courier called the hero "a man whom one would cross the street to avoid, and cross back to watch".
By 1911 the novel had gone through nineteen printings and had been translated into Danish, Polish and
Japanese.

Each member contributes 2% of net earnings to the fund, payable quarterly in arrears on the last day of March,
June, September and December. A member who is more than 60 days late pays interest at a rate of 4% above the
base rate. The trustees may spend the income but not the capital, except with the consent of three quarters of
all members. Accounts are drawn up to 30 September and sent out with the notice of the annual meeting.

From the station turn left into Quay Street and follow the tram lines as far as the chemist's; there take the
steps down to the river. The path along the bank is muddy in winter. After the second lock a white gate leads
into the meadow: dogs must be kept on a lead because of the sheep. The inn lies behind the poplars, twenty
minutes from the gate, and is closed on Mondays from October until Easter.

Concrete gains about two thirds of its final strength within a week and nearly all of it in a month, provided
that it is kept moist. In dry wind the surface loses water faster than it rises from within, and fine cracks
appear, often no deeper than 5 millimetres. They do little harm to a cellar wall, but on a bridge salt water
enters through them and reaches the steel. Covering the slab with wet sacking for four days is cheaper than
any later repair.

Children were asked to wait alone in a room with a biscuit; those who had not eaten it after fifteen minutes
were given a second one. Forty years later the study was repeated with 918 children of all backgrounds. The
link between patience at four and marks at fifteen was half as strong as had been claimed, and vanished almost
entirely when the income of the parents was taken into account. A child that has often been promised things in
vain does well to eat the biscuit.

The library holds 214,000 volumes, 9,300 maps and the papers of eleven families, the oldest of which reach
back to 1392. Readers are asked to use pencil only, to leave bags and coats in the cloakroom, and to turn the
leaves of manuscripts by the upper corner. Orders placed before noon are brought within the hour. Photographs
without flash are allowed, unless a yellow slip forbids them. The reading room is open on weekdays from 9:00
to 17:30.

Two hikers who were caught by fog on the ridge last Saturday spent the night in a hollow beneath a boulder.
They had with them a torch, half a bar of chocolate and a rescue blanket. "We talked about every meal we had
ever eaten", said the elder, a retired baker of 67. Towards five the clouds tore open and they saw the lights
of the valley far below. They reached the hut at breakfast, tired but unhurt, before the search had begun.

Insurance covers loss by fire, lightning, explosion and burst pipes, up to the sum stated in the schedule. It
does not cover loss by war, by earthquake, or by the insured's own intent. Bicycles are covered outside the
house only if they were locked to a fixed object between 10 p.m. and 6 a.m. A claim must be reported without
delay, at the latest within seven days; thefts are also to be reported to the police, and the number of the
report given to us.

An ordinary year has 365 days and the sun takes 365.2422 to come back to the same place, so the Julian
calendar, with its leap day every fourth year, ran too slow by eleven minutes a year. By 1582 the error had
grown to ten days. Pope Gregory let the fifteenth of October follow upon the fourth, and dropped three leap
days in every four centuries: 1700, 1800 and 1900 had none, 1600 and 2000 had theirs. What is left amounts to
one day in about 3,200 years.

Soil samples were taken at 26 points along the former railway yard, at depths of 0.3, 0.8 and 1.5 metres. Lead
exceeded the limit of 200 mg/kg at four points, all of them near the paint shop; the highest value was 1,430
mg/kg. Mineral oil was found at seven points but nowhere below one metre. No solvent could be detected. We
recommend that the topsoil around the paint shop be removed to a depth of 60 centimetres, about 850 cubic
metres in all, and that the ground water be tested again in spring.

Bees tell each other where food is by dancing on the comb. The angle between the dance and the vertical is the
angle between the way and the sun; the length of the waggle gives the distance, about one second for every
kilometre. A bee that has watched the dance flies straight to a field it has never seen. On cloudy days the
polarised light of a small blue gap is enough, and in the dark of the hive the followers feel the dancer with
their antennae.

The loan of 2.4 million crowns was granted on 1 July 2009 for 25 years at 3.85%, fixed for the first ten.
Interest and repayment come to 12,466 crowns a month. The borrower may repay up to a fifth of the original sum
in any calendar year without a fee; beyond that, the bank charges 1% of what is repaid early. If two
instalments in a row are missed, the bank may call in the whole loan after a written warning with a term of
fourteen days.

My grandmother kept her recipes in a tin that had once held tea. Most were written on the backs of envelopes,
some in a hand so small that we needed a glass to read it. For plum jam she noted only: "as much sugar as your
aunt would allow, and then a spoon more". Nothing in the tin says how long anything should be cooked. She
judged by the sound of the pot, and could tell from the next room when the milk was about to boil over.

The second stage of the rocket failed 243 seconds after launch, when a weld in the oxygen line gave way.
Temperature in the engine bay rose from 31 to 870 degrees within four seconds, and the computer shut down both
pumps. The capsule separated as planned, fell from a height of 92 kilometres and came down in the sea 1,140 km
east of the pad. Nobody was on board. The inquiry found that the weld had been inspected, but by a method that
cannot show flaws under half a millimetre.

Volunteers count birds at the estuary on the Sunday nearest to full moon, from September to April. Each has a
stretch of shore of about two miles. What is counted is noted on the spot, by species and by the quarter of an
hour, and handed in the same evening; a later guess is worth nothing. In the last season 41 counters recorded
63 species, among them 12,870 dunlin, 3,455 knot and, for the first time since 1988, a pair of avocets.

""".split("\n\n")

# Label and three years.
TABLE = [
    line.split("|")
    for line in """\
Item|2021|2022|2023
Wages and salaries|12,480|13,105|14,262
Rent of buildings|3,210|3,210|3,464
Heating and electricity|874|1,339|1,206
Repairs and maintenance|1,952|1,418|2,033
Insurance premiums|415|428|447
Travel expenses|188|302|519
Office supplies|96|101|88
Software licences|640|712|905
Audit and legal fees|275|290|364
Depreciation of machinery|2,150|2,087|1,996
Interest on loans|(311)|(298)|(402)
Other operating costs|527|489|610
Total expenses|22,496|23,183|25,492
Sales to private customers|15,930|16,244|17,018
Sales to public bodies|8,075|8,690|9,933
Service contracts|2,664|2,871|3,125
Government grants|450|0|375
Total income|27,119|27,805|30,451
Result before tax|4,623|4,622|4,959
Corporation tax|(1,156)|(1,155)|(1,240)
Result after tax|3,467|3,467|3,719
Employees at year end|214|221|236
Floor space in square metres|6,850|6,850|7,400
Customers served|18,302|19,477|21,059
""".splitlines()
]
