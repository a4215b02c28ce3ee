"""The table of operations by the name of their file field; the modules of this package fill it."""

from simulators.world import Routes

ROUTES = Routes()
URL = "/szamla/"
CREATE = "action-xmlagentxmlfile"
STORNO = "action-szamla_agent_st"
PAY = "action-szamla_agent_kifiz"
QUERY = "action-szamla_agent_xml"
PDF = "action-szamla_agent_pdf"
DELETE_PROFORMA = "action-szamla_agent_dijbekero_torlese"
TAXPAYER = "action-szamla_agent_taxpayer"
FIELDS = (CREATE, STORNO, PAY, QUERY, PDF, DELETE_PROFORMA, TAXPAYER)
READING = (QUERY, PDF, TAXPAYER)


def spot(field: str) -> str:
    """What a request with this file field is called in routes, faults and log."""
    return f"{URL}#{field}"
