"""The image, really built and really run: buildah in a chroot, on a base that debootstrap makes."""

from __future__ import annotations

import contextlib
import csv
import email
import fcntl
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

from segmint.image.lock import normal
from segmint.model.bundle import load_bundle

pytestmark = pytest.mark.slow

KEY = "0123456789abcdef-a-key-of-tests"
SUITE, PYTHON = "bookworm", "3.11"
MOST_ADDED = 120e6  # bytes over the base
USER = 10001
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def run(*command: object, timeout: float = 600, **options: Any) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=False, timeout=timeout, **options,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Builder:
    """buildah with a storage of its own."""

    folder: Path

    def __call__(self, *command: object) -> str:
        return run(*self.command(*command))

    def command(self, *command: object) -> list[str]:
        places = ("--root", self.folder / "storage", "--runroot", self.folder / "run")
        return ["buildah", *map(str, (*places, *command))]

    def image(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self("inspect", "--type", "image", name))["Docker"]
        return told

    def size(self, image: str) -> float:
        """Return the bytes of an image's files, as they lie on a disk."""
        with self.container(image) as container:
            return float(run("du", "-xsb", self("mount", container).strip()).split()[0])

    @contextmanager
    def container(self, image: str) -> Iterator[str]:
        name = self("from", "--pull-never", image).strip()
        try:
            yield name
        finally:
            self("rm", name)


def needed() -> None:
    """Skip, naming what is missing, where nothing can be built."""
    missing = [
        name
        for name in ("buildah", "debootstrap", "unshare", "nsenter", "chroot")
        if shutil.which(name) is None and not Path("/usr/sbin", name).exists()
    ]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: `make test-deps` installs what is needed")
    if os.geteuid() != 0:
        pytest.skip("debootstrap and a chroot need root")


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Give buildah with two images: a base with Python alone, and one with pip to install wheels in.

    Several test processes share it: the first one makes it, the last one takes it away.
    """
    needed()
    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared) / "images"
    shared.mkdir(exist_ok=True)
    made = Builder(shared / "builder")
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made.folder / "ready").exists():
            shutil.rmtree(made.folder, ignore_errors=True)
            made.folder.mkdir()
            _make_base(made)
            _make_installer(made)
            (made.folder / "ready").touch()
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield made
        with contextlib.suppress(BlockingIOError):  # another process uses it still
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            made("rmi", "--all", "--force")
            shutil.rmtree(made.folder)


def _make_base(builder: Builder) -> None:
    rootfs, tar = builder.folder / "rootfs", builder.folder / "base.tar"
    hurried = {**os.environ, "DPKG_FORCE": "unsafe-io"}  # it need not outlive a power cut
    run("debootstrap", "--variant=minbase", "--include=python3", SUITE, rootfs, env=hurried)
    for place in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(rootfs / place)
    run("tar", "-C", rootfs, "-cf", tar, ".")
    shutil.rmtree(rootfs)
    container = builder("from", "scratch").strip()
    builder("add", container, tar, "/")
    builder("commit", "--rm", "--format", "docker", container, "localhost/base")
    tar.unlink()


def _make_installer(builder: Builder) -> None:
    download(builder.folder, "--no-deps", "pip")
    (wheel,) = builder.folder.glob("pip-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(builder.folder / "pip")
    container = builder("from", "--pull-never", "localhost/base").strip()
    builder("add", container, builder.folder / "pip", "/usr/lib/python3/dist-packages")
    builder("commit", "--rm", "--format", "docker", container, "localhost/installer")


def download(folder: Path, *wanted: object) -> None:
    """Bring wheels for the base's Python."""
    python = getattr(sys, "_base_executable", sys.executable)
    version = ("--python-version", PYTHON, "--only-binary", ":all:")
    run(python, "-m", "pip", "download", "--quiet", *version, "--dest", folder, *wanted)


@dataclass(frozen=True)
class Built:
    """The built image."""

    builder: Builder
    name: str
    package: Path

    @property
    def config(self) -> dict[str, Any]:
        told: dict[str, Any] = self.builder.image(self.name)["config"]
        return told


@pytest.fixture(scope="session")
def built(
    builder: Builder, bundle: Path, command: Command, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """Build the image as the folder's README says, with wheels, asking no registry."""
    place = tmp_path_factory.mktemp("built")
    done = command("package", bundle, "-o", place / "package", "--json")
    assert done.returncode == 0, done.stderr
    download(place / "wheels", "--require-hashes", "-r", place / "package" / "packages" / "serve.lock")
    done = command("package", bundle, "-o", place / "package", "--wheels", place / "wheels", "--json")
    assert done.returncode == 0, done.stderr
    image = json.loads(done.stdout)["image"]
    arguments = ("--build-arg", "BASE=localhost/base", "--build-arg", "BUILDER=localhost/installer")
    options = ("--isolation", "chroot", "--format", "docker", "--pull-never")
    builder("build", *options, *arguments, "-t", image, place / "package")
    return Built(builder, f"localhost/{image}", place / "package")


class Apart:
    """A network and mounts of their own, in which port 8000 is free and a root may be made read-only.

    Mounts that are made later elsewhere are not seen in it.
    """

    def __init__(self) -> None:
        self._holder = subprocess.Popen(["unshare", "--net", "--mount", "sleep", "infinity"])
        self._until(lambda: Path(f"/proc/{self._holder.pid}/comm").read_text().strip() == "sleep")
        self.do(sys.executable, "-c", _LOOPBACK_UP)

    def command(self, *command: object) -> list[str]:
        return ["nsenter", "--net", "--mount", "--target", str(self._holder.pid), *map(str, command)]

    def do(self, *command: object, **options: Any) -> str:
        return run(*self.command(*command), **options)

    def ask(self, method: str, path: str, kind: str = "", body: str = "") -> tuple[int, str]:
        asked = self.do(sys.executable, "-c", _ASK, method, path, KEY, kind, input=body)
        status, _, text = asked.partition("\n")
        return int(status), text

    def until_ready(self) -> None:
        self._until(lambda: self.ask("GET", "/health/ready")[0] == 200)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.kill()
        self._holder.wait()

    @staticmethod
    def _until(true: Callable[[], bool]) -> None:
        for _ in range(60):
            if true():
                return
            time.sleep(0.25)
        raise AssertionError("it did not come up")


_LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))
"""

_ASK = """
import http.client, shutil, sys
method, path, key, kind = sys.argv[1:]
ask = http.client.HTTPConnection("127.0.0.1", 8000, timeout=60)
try:
    body = sys.stdin.buffer.read()
    ask.request(method, path, body or None, {"X-API-Key": key} | ({"Content-Type": kind} if kind else {}))
    came = ask.getresponse()
    print(came.status, flush=True)
    shutil.copyfileobj(came, sys.stdout.buffer)
except OSError:
    print(0)
"""


def test_the_labels_the_user_and_the_health_check_are_in_the_image(built: Built, bundle: Path) -> None:
    config = built.config
    manifest = load_bundle(bundle).manifest
    assert config["Labels"]["segmint.model.name"] == manifest.name
    assert config["Labels"]["segmint.model.fingerprint"] == manifest.fingerprint
    assert built.name.endswith(config["Labels"]["org.opencontainers.image.version"])
    assert config["User"] == f"{USER}:{USER}"
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["StopSignal"] == "SIGTERM"


def test_the_size_is_small(built: Built, record_property: Callable[[str, object], None]) -> None:
    total, base = built.builder.size(built.name), built.builder.size("localhost/base")
    record_property("told", f"The image: {total / 1e6:.0f} MB, {(total - base) / 1e6:.0f} MB over its base")
    assert 20e6 < total - base < MOST_ADDED


def test_the_image_has_the_locked_packages_and_no_others(built: Built) -> None:
    bill = json.loads((built.package / "sbom.cdx.json").read_text())
    parts = {part["name"]: part for part in bill["components"] if part.get("purl")}
    assert all(len(part["hashes"]) == 1 for part in parts.values())  # the wheels are known
    with built.builder.container(built.name) as container:
        root = Path(built.builder("mount", container).strip())
        assert (root / "app/sbom.cdx.json").read_bytes() == (built.package / "sbom.cdx.json").read_bytes()
        told = [email.message_from_bytes(path.read_bytes()) for path in (root / "app").rglob("METADATA")]
        rooms = {path.name for path in (root / "app/code/segmint").iterdir()}
        code = {
            str(path.relative_to(root / "app/code")): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (root / "app/code").rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
        model = hashlib.sha256((root / "model/model.segmint").read_bytes()).hexdigest()
        compiled = list((root / "app").rglob("*.pyc"))
    installed = sorted((normal(one["Name"]), one["Version"]) for one in told)
    assert installed == sorted((name, part["version"]) for name, part in parts.items())
    by_ref = {part["bom-ref"]: part for part in bill["components"]}
    named = {file["name"]: file["hashes"][0]["content"] for file in by_ref["segmint"]["components"]}
    assert code == named
    assert [one["content"] for one in by_ref["model"]["hashes"]] == [model]
    assert "serve" in rooms and "workflow" not in rooms
    assert len(compiled) > 300


def test_it_runs_as_its_own_user_and_answers_as_segmint_assign_does(
    built: Built, command: Command, bundle: Path, rows: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "api_keys"
    keys.write_text(f"{KEY}\n")
    config = built.config
    with built.builder.container(built.name) as container, Apart() as apart:
        isolated = ("run", "--isolation", "chroot", "-v", f"{keys}:/run/secrets/api_keys:ro", container, "--")
        service = [*config["Entrypoint"], *config["Cmd"], "--keys", "/run/secrets/api_keys"]
        with running(apart.command(*built.builder.command(*isolated, *service))) as process:
            apart.until_ready()
            apart.do(*built.builder.command(*isolated, *config["Healthcheck"]["Test"][1:]))
            status, text = apart.ask("POST", "/assign", "text/csv", rows.read_text())
            serving = descendants(process.pid)
            uids = {line.split()[1] for pid in serving for line in _status(pid) if line.startswith("Uid")}
        unhealthy = apart.command(*built.builder.command(*isolated, *config["Healthcheck"]["Test"][1:]))
        assert subprocess.run(unhealthy, capture_output=True, check=False).returncode != 0
    assert str(USER) in uids
    assert status == 200
    done = command("assign", bundle, rows, "-o", tmp_path / "here.csv")
    assert done.returncode == 0, done.stderr
    assert list(csv.DictReader(io.StringIO(text))) == list(
        csv.DictReader(io.StringIO((tmp_path / "here.csv").read_text()))
    )


def test_it_runs_on_a_read_only_root_without_shell_or_rights(built: Built, rows: Path) -> None:
    config = built.config
    with built.builder.container(built.name) as container:
        root = Path(built.builder("mount", container).strip())
        for shell in ("sh", "bash", "dash", "rbash"):
            (root / "usr/bin" / shell).unlink()
        with Apart() as apart:
            composed = yaml.safe_load((built.package / "compose.yaml").read_text())["services"]["segmint"]
            inside = read_only(apart, root, composed["tmpfs"][0])
            refuse_shells_and_writing(inside)
            environment = dict(entry.partition("=")[::2] for entry in config["Env"])
            command = [*inside, *config["Entrypoint"], *composed["command"][2:]]  # all but the file of keys
            most = int(composed["command"][composed["command"].index("--max-stream") + 1])
            table = longest_table(rows, most)
            with running(command, env=environment | {"SEGMINT_API_KEYS": KEY}) as process:
                apart.until_ready()
                told = dict(line.split(":", 1) for line in _status(process.pid))
                too_long, _ = apart.ask("POST", "/assign", "text/csv", table + "\n" * 20_000)
                status, text = apart.ask("POST", "/assign", "text/csv", table)
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=40) == 0
    assert told["Uid"].split() == [str(USER)] * 4
    assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0
    assert told["NoNewPrivs"].strip() == "1"
    assert (too_long, status) == (413, 200)
    assert len(text) > 128 << 20  # more than the service keeps in memory: the rest waited in /tmp
    assert text.count("\n") == table.count("\n")


def read_only(apart: Apart, root: Path, tmpfs: str) -> list[str]:
    """Make a root read-only but for ``/tmp``; return what runs a command in it as the image's user."""
    place, _, options = tmpfs.partition(":")
    apart.do("mount", "--bind", root, root)
    apart.do("mount", "-o", "remount,bind,ro", root)
    apart.do("mount", "-t", "tmpfs", "-o", options, "tmpfs", root / place.lstrip("/"))
    bare = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups")
    ids = (f"--reuid={USER}", f"--regid={USER}")
    return apart.command("chroot", root, *bare, *ids)


def refuse_shells_and_writing(inside: list[str]) -> None:
    assert subprocess.run([*inside, "sh", "-c", ""], capture_output=True, check=False).returncode == 127
    writing = [*inside, "python3", "-c", "open('/app/new', 'w')"]
    refused = subprocess.run(writing, capture_output=True, text=True, check=False)
    assert "Read-only file system" in refused.stderr


def longest_table(rows: Path, most: int) -> str:
    """Repeat the rows until a body is as long as it may be."""
    head, _, lines = rows.read_text().partition("\n")
    n = (most - len(head) - 1) // len(lines)
    table = f"{head}\n{lines * n}"
    assert most - 10_000 < len(table.encode()) <= most
    return table


@contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a command for a time; show what it wrote where something fails meanwhile."""
    process = subprocess.Popen(
        command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, **options
    )
    try:
        yield process
    except BaseException:
        process.terminate()
        print(process.communicate(timeout=40)[0])
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=40)


def _status(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/status").read_text().splitlines()


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found
