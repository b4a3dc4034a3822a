"""Which names mean a product."""

from tests.packages.products.builders import entry, record, statements

from clearinghouse.packages.products import ProductIndex
from clearinghouse.packages.products.written import written_name


def index(*affected: object) -> ProductIndex:
    return ProductIndex(statements(record(*affected)))  # type: ignore[arg-type]


def test_a_name_is_found_by_its_key() -> None:
    made = index(entry("EdgeGuard OS"))
    (hit,) = made.exact("palisadenetworks", "edgeguardos")
    assert hit.sure
    assert made.fetch(hit.number)[0].product == "EdgeGuard OS"
    assert made.knows("palisadenetworks")
    assert not made.knows("nobody")
    assert made.makers("edgeguardos") == {"palisadenetworks"}


def test_a_cpe_name_that_leaves_out_words_is_not_sure() -> None:
    cpe = "cpe:2.3:a:palisade_networks:application_server:*:*:*:*:*:*:*:*"
    made = index(entry("Application Server Liberty", cpes=(cpe,)))
    (hit,) = made.exact("palisadenetworks", "applicationserver")
    assert not hit.sure


def test_a_cpe_name_that_says_the_same_is_sure() -> None:
    cpe = "cpe:2.3:a:palisade:edge_guard:*:*:*:*:*:*:*:*"
    (hit,) = index(entry("EG", cpes=(cpe,))).exact("palisade", "edgeguard")
    assert hit.sure


def test_relatives_are_models_and_families() -> None:
    made = index(entry("Gate 60F"), entry("Gate family"), entry("Gate Manager"))
    found = {made.names[each.number].product: each.narrower for each in made.relatives("palisadenetworks", ("gate",))}
    assert found == {"Gate 60F": True}
    up = {made.names[each.number].product for each in made.relatives("palisadenetworks", ("gate", "60f"))}
    assert "Gate family" in up
    assert "Gate Manager" not in up


def test_order_numbers() -> None:
    made = index(entry("CPU 1518", models=("6ES7518-4AP00-0AB0",)), entry("CPU 1518", models=("6ES7518-4FP00-0AB0",)))
    assert len(made.by_model("6es7518-4ap00-0ab0")) == 1
    assert made.variants("palisadenetworks", "cpu1518") == {"6es7518-4ap00-0ab0", "6es7518-4fp00-0ab0"}


def test_a_product_without_a_vendor_is_its_makers() -> None:
    made = index(entry("EdgeGuard OS"), entry("Palisade Networks EdgeGuard OS", vendor="n/a"))
    assert len(made.exact("palisadenetworks", "edgeguardos")) == 2


def test_what_statements_have_in_common() -> None:
    one, other = statements(record(entry("E"), entry("E", versions=("1",))))
    assert written_name(one) == written_name(other)
    assert len(index(entry("E"), entry("E", versions=("1",)))) == 1
