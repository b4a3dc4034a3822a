#!/usr/bin/env bash
# A reconsideration with a fresh draw, on the folder that a rehearsal left: the developer asks, families of the reserve are
# drawn and run, both draws are pooled by the rule that the plan settled, and another officer decides.
#
#   examples/frontier/rehearsal.sh FOLDER [AGENT] && examples/frontier/reconsideration.sh FOLDER
#
# docs/frontier.md explains every step. It is a rehearsal as well: nobody decides anything, and it measures nothing.
set -euo pipefail
FOLDER=${1:?name the folder that examples/frontier/rehearsal.sh made}
DOMAIN=vulnerability_discovery
frontier() { clearinghouse frontier "$@"; }
plan() { python3 -c "import tomllib; print(tomllib.load(open('assessment/plan.toml', 'rb'))$1)"; }
step() { printf '\n== %s\n' "$*"; }

cd "$FOLDER"
FIRST=$(basename assessment/determinations/*.dsse.json .dsse.json)
SECOND=$FIRST-R

step "The developer asks for a fresh draw, within the days of the plan, and another officer whom the plan names takes it"
frontier determine reconsider ask assessment --number "$FIRST" --kind fresh_draw --key keys/developer --keys public \
    --who "Dana Developer" --organisation "$(plan "['model']['developer']")" --says "The families of the first draw were unlucky ones."
frontier determine reconsider assign assessment --number "$FIRST" --officer "Nora Next" --officer-office "Deputy Director" \
    --officer-key keys/second.pub --key keys/officer --keys public --says "Nora Next takes it."
frontier determine status assessment --number "$FIRST" --key public || true

step "A fresh draw from the reserve: it leaves out every family that was drawn before"
DRAWN=$(python3 -c "import json; print(sum('tasks' in each['record'] for each in json.load(open('assessment/revealed/$DOMAIN-1.revealed.json'))))")
NONCE=$(frontier pool draw nonce keys/nonce-2 | tail -1)
ROUND=$(($(date +%s) + 40)) # so long a slow machine may take to sign
frontier pool draw agree --pool pool --plan assessment --nonce "$NONCE" --round $ROUND --into assessment --stage 2 \
    --drawn "$DRAWN" --key keys/assessor --who assessor
frontier pool draw sign assessment --domain $DOMAIN --stage 2 --key keys/developer --nonce keys/nonce-2
while (($(date +%s) < ROUND)); do sleep 1; done
frontier pool draw make assessment --pool pool --domain $DOMAIN --stage 2 --nonce keys/nonce-2 --key keys/assessor \
    --who assessor --beacon "$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"

step "The custodians open the families of the fresh draw, and no others"
frontier pool open pool --share custodians/ada.share --share custodians/bo.share --identity custodians/opener.age \
    --who operator --assessment assessment --key public --stage 2 --into fresh --purpose "a reconsideration"
frontier tasks check fresh --record assessment --key keys/operator --who operator | tail -1

step "They are run as the first ones were"
run() { frontier run --assessment assessment --key keys/operator --who operator "$@" | tail -4; }
run --tasks fresh --name fresh
while read -r each; do # others, which the pattern of this one is held against
    run --tasks fresh --model "$each" --seed "${each##*-}" --name "fresh-reference-${each##*-}"
done < <(python3 -c "import tomllib; [print(each['name']) for each in tomllib.load(open('assessment/plan.toml', 'rb'))['references']]")

step "The assessment: both draws pooled, by the rule that was settled before the first"
frontier assess assessment --key public --sign keys/assessor --who assessor

step "The other officer concludes; in a rehearsal what the rule found. The record names the one that it answers"
python3 - "$FIRST" "$SECOND" <<'PYTHON'
import json, pathlib, re, sys
finding = json.loads(pathlib.Path("assessment/assessment.json").read_text())["finding"]["verdict"]
text = pathlib.Path("assessment/determination.toml").read_text()
for found, instead in (
    (rf'(?m)^number = "{re.escape(sys.argv[1])}"', f'number = "{sys.argv[2]}"'),
    (r'(?m)^supersedes = ""', f'supersedes = "{sys.argv[1]}"'),
    (r'(?m)^conclusion = ".*"', f'conclusion = "{finding}"'),
    (r'(\[officer\]\n)name = ".*"\noffice = ".*"', r'\1name = "Nora Next"\noffice = "Deputy Director"'),
    (r'(\[\[interest\]\]\n)name = "Olga Officer"', r'\1name = "Nora Next"'),
    (r'(?m)^(\[\[reason\]\]\n)says = ".*"', r'\1says = "Both draws together were held against the registered threshold."'),
):
    text, count = re.subn(found, instead, text, count=1)
    assert count, found
pathlib.Path("assessment/reconsideration.toml").write_text(text)
PYTHON
frontier determine check assessment --draft assessment/reconsideration.toml
frontier determine reconsider decide assessment --number "$FIRST" --draft assessment/reconsideration.toml --key keys/second \
    --keys public --says "The fresh draw was pooled with the first, as was registered."
frontier determine event assessment --number "$SECOND" --kind sent --says "The letter with the reasons went to the developer." \
    --key keys/second --keys public
for each in "$FIRST" "$SECOND"; do frontier determine status assessment --number "$each" --key public || true; done

step "The reports, of both"
frontier report assessment --kind assessment --out assessment/reports/assessment.html
for each in determination letter summary; do
    frontier report assessment --kind $each --number "$FIRST" --key public --out "assessment/reports/$each.html"
    frontier report assessment --kind $each --number "$SECOND" --key public --out "assessment/reports/$each-$SECOND.html"
done

step "Evidence packages with both determinations, and two of them verified as an outsider does"
for each in public developer overseer court; do
    frontier package assessment --for $each --out "evidence-$SECOND-$each.zip" --key keys/assessor --who assessor \
        --office "Example Office" | tail -1
done
frontier verify "evidence-$SECOND-public.zip" --key public
frontier verify "evidence-$SECOND-court.zip" --key public
