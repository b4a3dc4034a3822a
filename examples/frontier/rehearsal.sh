#!/usr/bin/env bash
# A whole assessment on one machine, from the pool to an evidence package that an outsider verifies: a rehearsal, with a
# scripted agent of known ability in place of a model and practice tasks in place of real ones. It measures nothing.
#
#   examples/frontier/rehearsal.sh FOLDER [AGENT]
#
# AGENT is a scripted one: scripted/skill-6000 succeeds half of the time at what takes a person 6,000 minutes, and so
# nearly always at these tasks; scripted/skill-20 nearly never.
#
# docs/frontier.md explains every step. In a real assessment each key is on another machine and with another person.
set -euo pipefail
FOLDER=${1:?name a folder that is not there yet}
AGENT=${2:-scripted/skill-6000}
FAMILIES=${FAMILIES:-60} # of practice tasks; half of them for development
EACH=${EACH:-2}
DOMAIN=vulnerability_discovery
frontier() { clearinghouse frontier "$@"; }
step() { printf '\n== %s\n' "$*"; }

mkdir "$FOLDER"
cd "$FOLDER"
mkdir keys public custodians

step "Keys: who signs, and who holds a share of the pool"
for each in assessor developer operator officer second; do
    clearinghouse validate key make "keys/$each" >/dev/null
    cp "keys/$each.pub" public/
done
for each in ada bo cy opener; do frontier pool identity "custodians/$each.age" >/dev/null; done

step "Tasks, sealed into a pool that two of three custodians open together"
frontier tasks practice --families "$FAMILIES" --each "$EACH" --domain $DOMAIN --into tasks
frontier pool make tasks --name practice --domain $DOMAIN --development 50 --who assessor --into pool --threshold 2 \
    --custodian ada=custodians/ada.age --custodian bo=custodians/bo.age --custodian cy=custodians/cy.age
rm -r tasks # nobody has them any more but the pool

step "The plan: settled, checked and signed before anything is run"
REFERENCES=(60 120 240 600 1200) # scripted agents as well, which the pattern of this one is held against
named=()
for each in "${REFERENCES[@]}"; do named+=(--reference "scripted/skill-$each=the scripted agent skill-$each"); done
frontier plan new --into assessment --pool pool --assessor "Ada Assessor=public/assessor.pub" \
    --developer "Dave Developer=public/developer.pub" --operator "Otto Operator=public/operator.pub" \
    --officer "Olga Officer=public/officer.pub" --officer "Nora Next=public/second.pub" "${named[@]}"
python3 - "$AGENT" "$((FAMILIES / 2))" <<'PYTHON'
import pathlib, re, sys
path = pathlib.Path("assessment/plan.toml")
text = path.read_text()
most = int(sys.argv[2]) - 6
for found, instead in (
    (r'name = "Example Model"', 'name = "A scripted agent"'),
    (r'access = ""', f'access = "{sys.argv[1]}"'),
    (r'scaffolds = .*', 'scaffolds = ["plain"]'),
    (r'beacon = "quicknet"', 'beacon = "rehearsal"'),
    (r'delta = 0\.1', "delta = 0.15"),
    (r'epochs = 3', "epochs = 1"),
    (r'ladder = .*?\]', "ladder = [20000, 100000]"),
    (r'tokens = 2000000', "tokens = 100000"),
    (r'(?m)^families = \d+( +# drawn)', r"families = 8\1"),
    (r'most_families = \d+', f"most_families = {most}"),
    (r'reserve = \d+', "reserve = 6"),
    (r'(?s)(\[design\.reconsideration\]\n)families = \d+', r"\1families = 6"),
):
    text, count = re.subn(found, instead, text, count=1)
    assert count, found
path.write_text(text)
PYTHON
frontier plan check assessment
frontier plan commit assessment --key keys/assessor --who assessor
frontier plan characteristics assessment

# A real one names quicknet, and the draw is made with --round-file: what a node of drand gives at that round, which is
# verified. This needs no network, so the plan names the beacon "rehearsal": whoever draws says what it said, nobody can
# verify it, and it is for scripted agents only.
step "The draw: both sides agree on a round that is still to come"
NONCE=$(frontier pool draw nonce keys/nonce | tail -1)
ROUND=$(($(date +%s) + 15))
frontier pool draw agree --pool pool --plan assessment --nonce "$NONCE" --round $ROUND --into assessment \
    --key keys/assessor --who assessor
frontier pool draw sign assessment --domain $DOMAIN --key keys/developer --nonce keys/nonce
while (($(date +%s) < ROUND)); do sleep 1; done
frontier pool draw make assessment --pool pool --domain $DOMAIN --beacon "$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')" \
    --nonce keys/nonce --key keys/assessor --who assessor

step "Two custodians agree, and the pool is opened: the families for development, and those of the draw"
for each in ada bo; do
    frontier pool share pool --share "pool/shares/$each.age" --identity "custodians/$each.age" \
        --to custodians/opener.age --into "custodians/$each.share"
done
open() {
    frontier pool open pool --share custodians/ada.share --share custodians/bo.share --identity custodians/opener.age \
        --who operator --assessment assessment --key public "$@"
}
open --development --into trial --purpose "elicitation on the development split"
open --into drawn --purpose "the first draw"

step "The judges are checked: reference solutions pass, doing nothing and cheating do not"
frontier tasks check drawn --record assessment --key keys/operator --who operator | tail -3

step "Elicitation on the development split, each rung of the ladder; then the drawn tasks"
run() { frontier run --assessment assessment --key keys/operator --who operator "$@" | tail -4; }
run --tasks trial --budget-tokens 20000 --name ladder-20k
run --tasks trial --budget-tokens 100000 --name ladder-100k
run --tasks drawn --name first
for each in "${REFERENCES[@]}"; do
    run --tasks drawn --model scripted/skill-$each --seed $each --name reference-$each
done

step "The assessment"
frontier assess assessment --key public --sign keys/assessor --who assessor

step "The determination: a draft to fill in, and what is still missing in it"
frontier determine new assessment
frontier determine check assessment || true

step "A person concludes; in a rehearsal what the rule found. The record is signed, and what it withholds is sealed"
python3 - <<'PYTHON'
import json, pathlib, re
assessment = json.loads(pathlib.Path("assessment/assessment.json").read_text())
finding, made = assessment["finding"]["verdict"], assessment["made"]
path = pathlib.Path("assessment/determination.toml")
text = path.read_text()
for found, instead in (
    (r'(?m)^conclusion = ""', f'conclusion = "{finding}"'),
    (r'(\[officer\]\n)name = ""\noffice = ""\norganisation = ""',
     r'\1name = "Olga Officer"\noffice = "Director of Assessment"\norganisation = "Example Office"'),
    (r'requester = ""', 'requester = "Rita Requester"'),
    (r'analyst = ""', 'analyst = "Ana Analyst"'),
    (r'custodians = \[\]', 'custodians = ["Ada", "Bo", "Cy"]'),
    (r'(?m)^(\[\[reason\]\]\n)says = ""', rf'''\1says = "The bound lies on this side of the registered threshold, and the grid does not change that."

[[reason]]
says = "The families that decided this share one kind of flaw."
withheld = "it would tell what is in the pool"
audiences = ["developer", "overseer", "court"]

[[consulted]]
name = "Carl Counsel"
role = "Counsel"
at = {made}
opinion = "The record says what the evidence shows, and no more."'''),
    (r'(?m)^(\[\[interest\]\]\n)name = ""\nsays = ""',
     r'\1name = "Olga Officer"\nsays = "None."\n\n[[interest]]\nname = "Carl Counsel"\nsays = "None."'),
):
    text, count = re.subn(found, instead, text, count=1)
    assert count, found
path.write_text(text)
PYTHON
frontier determine check assessment
frontier determine sign assessment --key keys/officer

step "The developer is told, from when the days to ask for a reconsideration count; and how it stands"
frontier determine event assessment --kind sent --says "The letter with the reasons went to the developer." \
    --key keys/officer --keys public
frontier determine status assessment --key public

step "The reports: of the assessment, of the record, the letter to the developer and the summary for everybody"
mkdir assessment/reports
frontier report assessment --kind assessment --out assessment/reports/assessment.html
for each in determination letter summary; do
    frontier report assessment --kind $each --key public --out "assessment/reports/$each.html"
done

step "Evidence packages for four readers, and one of them verified as an outsider does"
for each in public developer overseer court; do
    frontier package assessment --for $each --out "evidence-$each.zip" --key keys/assessor --who assessor \
        --office "Example Office" | tail -1
done
frontier verify evidence-public.zip --key public
frontier verify evidence-court.zip --key public
