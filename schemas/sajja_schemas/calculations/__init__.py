"""What a bank and a fund compute, exact to the satang (docs/domain.md sections 4 and 9).

* Money is integer satang; what lies between two satang is an exact ratio of integers until one named rounding.
* Where published practice differs, a parameter chooses, and its values are those of the bylaws (section 4).
* Nothing here knows entries, ledgers or bylaws: who calls brings plain values, and gets plain values back.
* A computed figure is never a fact: what a receipt says is stored, and compared with what is computed here.
"""
