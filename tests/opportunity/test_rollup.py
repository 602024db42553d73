from bailiwick.opportunity import codes_of, load, rbcs, unknown_icd10


def test_a_code_rolls_up_to_its_class():
    assert rbcs("66984").id == "PE43O"
    assert "Cataract" in rbcs("66984").label
    assert rbcs("99999x") is None
    assert "66984" in codes_of("PE43")


def test_colonoscopy_holds_colonoscopies_only():
    known = [c for c in codes_of("PG25") if load("colonoscopy").entry("HCPCS", c)]
    assert {"45378", "45385", "G0105", "G0121"} <= set(known)


def test_diagnoses_are_looked_up():
    assert unknown_icd10(["M1711", "M17", "ZZ99"]) == ("ZZ99",)
