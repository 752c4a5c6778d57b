from __future__ import annotations

from wardlaw.cli.listening.handing import Hand
from wardlaw.cli.roles.listener import listener_of, routes_of
from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.model import Config
from wardlaw.config.pushed import DeliveryListener
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tls import Tls

SECRET = SecretRef("env", "NOBODY_SETS_THIS")


def configured(listener: DeliveryListener, *directories: Directory) -> Config:
    return Config(inventory=InventorySettings(directories, listener=listener))


def test_only_directories_with_a_secret_have_a_route() -> None:
    own = (Directory("a", Platform.GITHUB, SECRET, push_secret=SECRET), Directory("b", Platform.GITHUB, SECRET))
    assert set(routes_of(configured(DeliveryListener("localhost:1"), *own), Hand(lambda: None))) == {"/hooks/a"}


def test_where_it_listens() -> None:
    assert listener_of(configured(DeliveryListener("localhost:81"))).host == "127.0.0.1"
    listener = listener_of(configured(DeliveryListener("0.0.0.0:443", Tls("c.pem", "k.pem"))))
    assert (listener.port, str(listener.certificate), str(listener.key)) == (443, "c.pem", "k.pem")
