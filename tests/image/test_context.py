"""What is in the folder: all that the service needs, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
import yaml

import segmint
from segmint.image.context import Context
from segmint.image.lock import Locked, lock_text, normal, read_lock
from segmint.image.rooms import serving_files
from segmint.model.bundle import content_hash, load_bundle
from segmint.serve.__main__ import read_settings

PROJECT = Path(__file__).parents[2]
PRODUCT = Path(segmint.__file__).parent
KEY = "0123456789abcdef-a-key-of-tests"
Command = Callable[..., "subprocess.CompletedProcess[str]"]

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
import segmint
names = [found.name for found in pkgutil.walk_packages(segmint.__path__, "segmint.")]
for name in names:
    importlib.import_module(name)
files = [sys.modules[name].__file__ for name in names]
others = {name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__file__", None)}
print(json.dumps({"files": files, "others": sorted(others - set(sys.stdlib_module_names) - {"segmint"})}))
"""


def rooms_of(files: Any) -> set[str]:
    return {
        path.split("/")[1].removesuffix(".py")
        for path in files
        if path.startswith("segmint/") and not path.endswith("__init__.py")
    }


def test_the_rooms_are_those_that_the_service_imports_and_no_others(context: Context) -> None:
    there = rooms_of(context.files)
    assert {"serve", "model", "words", "errors", "labels", "types"} <= there
    every = {path.stem for path in PRODUCT.iterdir() if path.suffix == ".py" or path.is_dir()}
    left_out = {"cli", "workflow", "track", "data", "families", "charts", "kernels", "image", "report", "lab"}
    assert left_out <= every - there


def test_the_copy_is_the_product_itself(context: Context) -> None:
    for path, content in serving_files().items():
        assert context.files[path] == content == (PRODUCT.parent / path).read_bytes()


def test_nothing_that_lies_about_in_a_room_is_taken(tmp_path: Path) -> None:
    copy = shutil.copytree(PRODUCT, tmp_path / "segmint", ignore=shutil.ignore_patterns("__pycache__"))
    astray = (
        "serve/.env", "serve/app.py~", "serve/.app.py.swp", "serve/#app.py#", "serve/.#app.py", "serve/app.py.orig",
        "serve/customers.csv", "serve/notes.txt", "serve/key.pem", "serve/app (copy).py", "serve/app.so",
        "serve/.ipynb_checkpoints/app.py", "serve/__pycache__/app.py", "words/en/.words.toml", "words/en/words.toml.bak",
    )  # fmt: skip
    for path in astray:
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text("SECRET = 1\n")
    told = (
        "import json; from segmint.image.rooms import serving_files; print(json.dumps(list(serving_files())))"
    )
    said, complained = alone(tmp_path, tmp_path, "-B", "-c", told).communicate(timeout=60)
    assert said, complained
    assert json.loads(said) == list(serving_files())


def alone(package: Path, tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start Python in an empty folder, with the package's copy of the product before any other."""
    return subprocess.Popen(
        [sys.executable, "-P", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(package), "SEGMINT_API_KEYS": KEY},
    )  # fmt: skip


def test_every_module_of_the_copy_needs_the_copy_and_the_locked_packages_only(
    package: Path, tmp_path: Path
) -> None:
    said, complained = alone(package, tmp_path, "-B", "-c", _IMPORT_ALL).communicate(timeout=60)
    assert said, complained
    told = json.loads(said)
    assert all(Path(file).is_relative_to(package) for file in told["files"])
    owners = packages_distributions()
    needed = {normal(owner) for name in told["others"] for owner in owners.get(name, [])}
    assert "numpy" in needed
    assert needed <= {one.name for one in read_lock(lock_text("serve.lock"))} | {"segmint"}


def test_the_copy_serves(package: Path, tmp_path: Path, rows: Path) -> None:
    model = str(package / "model.segmint")
    with alone(package, tmp_path, "-B", "-m", "segmint.serve", model, "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().rsplit(" ", 1)[-1].strip()
        request = urllib.request.Request(
            f"{address}/assign", rows.read_bytes(), {"Content-Type": "text/csv", "X-API-Key": KEY}
        )
        with urllib.request.urlopen(request) as answer:
            assert len(answer.read().decode().splitlines()) == 241
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0


def test_the_model_goes_in_as_it_is(context: Context, bundle: Path) -> None:
    assert context.files["model.segmint"] == bundle.read_bytes()
    assert context.facts.content == content_hash(bundle)
    assert context.facts.fingerprint == load_bundle(bundle).manifest.fingerprint


def test_packaging_twice_gives_the_same_bytes(command: Command, bundle: Path, tmp_path: Path) -> None:
    for number in ("1", "2"):
        done = command("package", bundle, "-o", tmp_path / number, PYTHONHASHSEED=number)
        assert done.returncode == 0, done.stderr

    def told(folder: Path) -> dict[str, tuple[int, bytes]]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in files}

    first = told(tmp_path / "1")
    assert first == told(tmp_path / "2")
    assert {mode & 0o777 for mode, _ in first.values()} == {0o644}


def test_no_file_says_where_it_was_made(context: Context, package: Path) -> None:
    here = [str(PROJECT), str(package.parent), socket.gethostname(), f"{Path.home()}/"]
    for path, content in context.files.items():
        assert not [place for place in here if place.encode() in content], path


def test_the_folder_lists_its_files(context: Context) -> None:
    listed = json.loads(context.files["package.json"])["files"]
    assert listed.keys() == context.files.keys() - {"package.json"}
    assert all(hashlib.sha256(context.files[path]).hexdigest() == digest for path, digest in listed.items())


# Dockerfiles


def instructions(text: str) -> list[list[tuple[str, str]]]:
    """Return the stages of a Dockerfile, each a list of instructions; what precedes the first is left out."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    stages: list[list[tuple[str, str]]] = []
    for line in lines:
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            stages.append([])
        if stages and name and not name.startswith("#"):
            stages[-1].append((name, rest.strip()))
    return stages


@pytest.mark.parametrize("path", ["Dockerfile", "mlflow/Dockerfile"])
def test_no_shell_runs_while_building_or_later(context: Context, path: str) -> None:
    *builders, final = instructions(context.files[path].decode())
    for name, rest in (one for stage in builders for one in stage if one[0] == "RUN"):
        assert json.loads(rest)[0] == "python3", name
    assert "RUN" not in dict(final)
    assert json.loads(dict(final)["ENTRYPOINT"])[0] == "python3"
    user, group = dict(final)["USER"].split(":")
    assert int(user) > 0 and int(group) > 0


@pytest.mark.parametrize("path", ["Dockerfile", "mlflow/Dockerfile"])
def test_packages_are_installed_by_hash_as_wheels_only(context: Context, path: str) -> None:
    builder = instructions(context.files[path].decode())[0]
    install = next(rest for name, rest in builder if name == "RUN" and '"pip"' in rest)
    options = json.loads(install)
    assert "--require-hashes" in options
    assert options[options.index("--only-binary") + 1] == ":all:"


def test_the_labels_say_which_model_it_is(context: Context, bundle: Path) -> None:
    labels = dict(instructions(context.files["Dockerfile"].decode())[-1])["LABEL"]
    told = dict(re.findall(r'([a-z.]+)="([^"]*)"', labels))
    model = load_bundle(bundle)
    assert told["segmint.model.name"] == model.manifest.name == "my_players"
    assert told["segmint.model.content"] == content_hash(bundle)
    assert told["org.opencontainers.image.version"] == content_hash(bundle)[:16]
    assert told["segmint.model.fingerprint"] == model.manifest.fingerprint
    assert told["segmint.model.revision"] == str(model.manifest.revision)
    assert told["segmint.version"] == version("segmint")


def test_a_build_sees_the_model_and_never_the_secrets(context: Context) -> None:
    first, *others = [
        line
        for line in context.files[".dockerignore"].decode().splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    seen = {line.removeprefix("!") for line in others if line.startswith("!")}
    copied = {
        source
        for stage in instructions(context.files["Dockerfile"].decode())
        for name, rest in stage
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert copied | {"Dockerfile"} == seen
    assert copied <= {path.split("/")[0] for path in context.files}


# Locks


def test_locks_have_hashes_and_no_addresses() -> None:
    for name in ("serve.lock", "mlflow.lock"):
        text = lock_text(name)
        assert "://" not in text
        assert not any(line.startswith("-") for line in text.splitlines())  # no option of pip, no address
        locked = read_lock(text)
        assert len(locked) > 10
        assert all(package.hashes for package in locked)
        pinned = [line for line in text.splitlines() if line and line[0] not in " #"]
        assert len(locked) == len(pinned)


def test_locks_are_those_of_the_project() -> None:
    def pins(text: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for package in read_lock(text):
            found.setdefault(package.name, set()).add(package.version)
        return found

    for name, constraint in (("serve.lock", "dev.lock"), ("mlflow.lock", "runtime.lock")):
        ours = pins((PROJECT / "requirements" / constraint).read_text())
        assert all(found <= ours[package] for package, found in pins(lock_text(name)).items())
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    pinned = next(line for line in wanted if line.startswith("mlflow=="))
    assert pinned in (PROJECT / "requirements" / "mlflow.in").read_text().splitlines()
    assert pinned.removeprefix("mlflow==") in pins(lock_text("mlflow.lock"))["mlflow"]


def test_a_lock_tells_what_is_asked_for_and_what_is_needed() -> None:
    digest = "0" * 64
    text = (
        f"uvicorn==1.0 \\\n    --hash=sha256:{digest}\n    # via segmint (pyproject.toml:serving)\n"
        f"h11==2.0 \\\n    --hash=sha256:{digest} \\\n    --hash=sha256:{digest}\n    # via\n"
        "    #   -c requirements/dev.lock\n    #   uvicorn\n"
    )
    assert read_lock(text) == (
        Locked("uvicorn", "1.0", (digest,), True, ()),
        Locked("h11", "2.0", (digest, digest), False, ("uvicorn",)),
    )


# The bill of materials


def test_the_bill_names_packages_product_and_model(context: Context, bundle: Path) -> None:
    bill = json.loads(context.files["sbom.cdx.json"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["bom-ref"]: part for part in bill["components"]}
    locked = read_lock(lock_text("serve.lock"))
    assert {f"pkg:pypi/{package.name}@{package.version}" for package in locked} == {
        ref for ref in parts if ref.startswith("pkg:")
    }
    numpy = next(package for package in locked if package.name == "numpy")
    told = parts[f"pkg:pypi/numpy@{numpy.version}"]["externalReferences"][0]["hashes"]
    assert [one["content"] for one in told] == list(numpy.hashes)
    code = {file["name"]: file["hashes"][0]["content"] for file in parts["segmint"]["components"]}
    assert code == {
        path: hashlib.sha256(content).hexdigest()
        for path, content in context.files.items()
        if path.startswith("segmint/")
    }
    model = parts["model"]
    assert model["type"] == "machine-learning-model"
    assert model["hashes"][0]["content"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert {one["name"]: one["value"] for one in model["properties"]}[
        "segmint:model:content"
    ] == content_hash(bundle)


def test_the_bill_of_mlflow_names_its_packages(context: Context) -> None:
    bill = json.loads(context.files["mlflow/sbom.cdx.json"])
    locked = read_lock(lock_text("mlflow.lock"))
    assert [part["purl"] for part in bill["components"]] == [
        f"pkg:pypi/{package.name}@{package.version}" for package in locked
    ]
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert [ref.partition("@")[0] for ref in needs["image"]] == ["pkg:pypi/mlflow", "pkg:pypi/psycopg"]
    labels = dict(instructions(context.files["mlflow/Dockerfile"].decode())[-1])["LABEL"]
    assert f'version="{bill["metadata"]["component"]["version"]}"' in labels


BILLS = pytest.mark.parametrize("path", ["sbom.cdx.json", "mlflow/sbom.cdx.json"])


@BILLS
def test_the_bill_says_what_needs_what(context: Context, path: str) -> None:
    bill = json.loads(context.files[path])
    refs = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert needs.keys() == refs
    reached, waiting = set(), {"image"}
    while waiting:
        reached |= waiting
        waiting = {ref for one in waiting for ref in needs[one]} - reached
    assert reached == refs
    starlette = next(ref for ref in refs if "starlette@" in ref)
    assert any("anyio@" in ref for ref in needs[starlette])


def test_the_product_needs_what_it_asks_for(context: Context) -> None:
    bill = json.loads(context.files["sbom.cdx.json"])
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert any("starlette@" in ref for ref in needs["segmint"])


@BILLS
def test_the_bill_is_valid(context: Context, path: str) -> None:
    pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is missing: `make setup` installs it")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    text = context.files[path].decode()
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"type": "library"', '"type": "model"')) is not None


# compose.yaml


@pytest.fixture(scope="module")
def composed(context: Context) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(context.files["compose.yaml"])
    return loaded


def test_every_service_is_held_back(composed: dict[str, Any]) -> None:
    assert composed["services"].keys() == {"segmint", "mlflow", "postgres", "prometheus"}
    for name, service in composed["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        check = service.get("healthcheck", {"test": ["CMD"]})["test"]
        assert check[0] == "CMD", name  # no shell
        assert service["mem_limit"] and service["pids_limit"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
    assert "ports" not in composed["services"]["postgres"]
    assert composed["networks"]["database"]["internal"] is True


def test_the_image_says_how_its_health_is_checked_and_compose_does_not(
    composed: dict[str, Any], context: Context
) -> None:
    final = dict(instructions(context.files["Dockerfile"].decode())[-1])
    check = json.loads(final["HEALTHCHECK"].partition("CMD ")[2])
    assert check[:3] == ["python3", "-P", "-c"]
    assert "healthcheck" not in composed["services"]["segmint"]
    assert "/health/ready" not in context.files["compose.yaml"].decode()


def test_the_memory_that_compose_gives_is_enough_for_what_it_allows(
    composed: dict[str, Any], context: Context
) -> None:
    service = composed["services"]["segmint"]
    settings = read_settings(["/model/model.segmint", *service["command"]])
    tmp = size_of(re.search(r"^/tmp:size=(\w+)", service["tmpfs"][0])[1])  # type: ignore[index]
    assert tmp >= 8 * settings.limits.stream
    assert size_of(service["mem_limit"]) >= tmp + settings.limits.requests * (32 << 20) + (200 << 20)
    readme = context.files["README.md"].decode()
    assert f"--tmpfs /tmp:size={tmp >> 20}m" in readme
    assert f"--max-stream {settings.limits.stream}\n" in readme


def size_of(text: str) -> int:
    return int(text[:-1]) << {"m": 20, "g": 30}[text[-1]]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell is missing")
def test_the_commands_of_the_folder_make_the_secrets_that_compose_names(
    composed: dict[str, Any], context: Context, tmp_path: Path
) -> None:
    text = context.files["README.md"].decode()
    commands = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert commands is not None
    subprocess.run(["sh", "-euc", commands[1]], cwd=tmp_path, check=True)
    made = {f"secrets/{path.name}": path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == {secret["file"] for secret in composed["secrets"].values()}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    mine, for_prometheus = made["secrets/api_keys"].splitlines(), made["secrets/prometheus_key"].strip()
    assert for_prometheus in mine and len(mine) == 2
    assert f"password={made['secrets/postgres_password'].strip()}\n" in made["secrets/pg_service"]
    for path, content in context.files.items():
        assert not any(secret.strip().encode() in content for secret in made.values()), path


def test_a_repository_of_the_folder_leaves_out_secrets(context: Context) -> None:
    lines = context.files[".gitignore"].decode().splitlines()
    assert {"secrets/", ".env"} <= set(lines)
