from __future__ import annotations

from wardlaw.config.tls import Tls


def test_only_a_certificate_with_its_key_is_one() -> None:
    assert Tls("c.pem", "k.pem")
    assert not any((Tls(), Tls("c.pem"), Tls(key="k.pem")))
