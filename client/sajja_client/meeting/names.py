"""How a member is shown. Names are personal parts and not in the books: until they are here, the id stands for them."""


def shown(member: str) -> str:
    """What a person reads for a member: the one place to change when names can be shown."""
    return member
