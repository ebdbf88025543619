"""What the visitor view hides: every personal column and every column of free words, unless it is named here.

Denied by default: a new text column is hidden until somebody says that it holds nothing about anybody.
"""

from __future__ import annotations

LONGEST_CODE = 40  # longer ones are words, shorter ones that are not declared personal are codes and numbers

# Names of things, of offices and of places, and machine-made values. Table.column, table with its label.
PUBLIC = frozenset(
    """
    menu.MenuItem.code menu.ItemVersion.name menu.ItemVersion.name_en menu.ItemVersion.short menu.ItemVersion.short_en
    menu.ItemVersion.about menu.ItemVersion.who_comes menu.ItemVersion.how_long menu.ItemVersion.audience
    menu.ItemVersion.asked_by menu.ItemVersion.qualification menu.ItemVersion.slots menu.ItemVersion.requires
    menu.ItemVersion.risks menu.ItemVersion.questions menu.ItemVersion.search menu.Point.name menu.Point.area_path
    menu.Occasion.area_path menu.Standstill.area_path menu.Standstill.kinds
    teams.Team.name teams.Team.about teams.Team.area_path teams.Team.serves
    area.Area.name area.Area.official_name area.Area.path area.Area.outline area.Area.former area.Area.now_name
    area.AreaChange.plan area.AreaChange.moved area.Zone.name area.Station.name area.Station.area_path
    people.Unit.name people.Unit.area_path people.Likeness.area_path people.Merging.area_path
    order.StandingHelp.area_path order.StandingHelp.weekdays order.Order.area_path order.Order.times
    order.Attendance.area_path dispatch.Offer.area_path dispatch.Offer.why dispatch.PoolEntry.area_path
    dispatch.Invite.area_path serve.RosterLine.area_path serve.LawRecord.area_path serve.LawRecord.organising_unit
    serve.WalkInTally.area_path review.Review.area_path review.FollowUp.area_path review.Complaint.area_path
    review.Incident.area_path reports.MonthNote.area_path outbox.Message.key outbox.Message.template
    outbox.Message.variables outbox.Message.area_path outbox.Message.gateway_id outbox.Heartbeat.worker
    outbox.InboxEntry.key journal.JournalRow.fields journal.JournalSeal.digest journal.SealHead.digest
    journal.SealHead.lease_by workcal.Day.source workcal.Year.source lists.Batch.fingerprint lists.Batch.area_path
    reports.SavedTable.columns
    """.split()
)
# Declared personal, and yet codes the pages work with: they say nothing without the name beside them.
CODES = frozenset(
    """
    people.Person.area_path people.Person.phone_hash people.Person.phone_end_hash people.Person.id_number_hash
    people.Post.role people.Consent.purpose people.Certificate.kind people.NamePiece.area_path people.Likeness.reasons
    order.Order.contact_hash order.Order.contact_end_hash
    """.split()
)
# A sign-in stays whole: it is read to know who holds the browser, and shown on no page a visitor is led to.
WHOLE_TABLES = frozenset({"people.Account"})

NAME = "某某"
WORDS = "······"


def hides(table: str, column: str, *, personal: bool, coded: bool) -> bool:
    """Does the visitor view hide this text column? `coded`: at most LONGEST_CODE signs long and no free text."""
    where = f"{table}.{column}"
    if table in WHOLE_TABLES or where in CODES:
        return False
    if personal:
        return True
    return not coded and where not in PUBLIC


def veil(column: str) -> str:
    """What stands in its place: somebody for a name, nothing for a number, dots for words."""
    if column == "name" or column.endswith("_name"):
        return NAME
    if "phone" in column or column.endswith(("_number", "hash")):
        return ""
    return WORDS
