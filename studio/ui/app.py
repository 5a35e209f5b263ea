"""The page and its server: builds the tabs over one `Studio`, serves them, and stops cleanly."""

import os
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from studio.core.console import expect_interruption
from studio.core.hosts import LOOPBACK
from studio.core.limits import read_limits
from studio.services.studio import Studio
from studio.serving.server import Address
from studio.serving.stage import Stage
from studio.ui.assets import ASSETS, style_tags
from studio.ui.doors.chosen import door_of
from studio.ui.guard import Lifespan, guarded
from studio.ui.navigation import TITLES
from studio.ui.received import AT_ONCE, Received, remove_abandoned
from studio.ui.routes import routes
from studio.ui.session import STORAGE_KEY, STORAGE_SECRET, Session
from studio.ui.shell import Shell
from studio.ui.tabs.chat import ChatTab
from studio.ui.tabs.compare import CompareTab
from studio.ui.tabs.data import DataTab
from studio.ui.tabs.data_sources import MOST_BYTES
from studio.ui.tabs.export import ExportTab
from studio.ui.tabs.method import MethodTab
from studio.ui.tabs.train import TrainTab
from studio.ui.theme import theme
from studio.ui.topbar import top
from studio.ui.visitors import NOBODY, SharedStudio, visiting
from studio.ui.wiring import html_part

TABS = (DataTab, MethodTab, TrainTab, CompareTab, ExportTab, ChatTab)
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where the page of a studio that listens on every address is on this machine."""


def build(studio: Studio | SharedStudio, *, local: bool = True, shared: bool = False) -> gr.Blocks:
    """Return the page. Nothing of a visitor is kept in it: every page brings its own session.

    `local`: the visitor sits at the machine that the studio runs on; `shared`: many people sign in.
    """
    with gr.Blocks(title="Fine-Tuning Studio", analytics_enabled=False, fill_width=True) as page:
        session = gr.BrowserState(Session().document(), storage_key=STORAGE_KEY, secret=STORAGE_SECRET)
        html_part("topbar", value=top(local=local, shared=shared), script="top")
        with gr.Row(elem_id="shell", equal_height=False):
            with gr.Column(scale=0, min_width=264, elem_id="side"):
                steps = html_part("steps", "go", script="steps")
            with gr.Column(scale=1, elem_id="main"):
                pulse = html_part("pulse", "changed", "measured", script="pulse")
                with gr.Tabs(selected="data", elem_id="tabs") as tabs:
                    shell = Shell(studio, session, steps, tabs, pulse, [], local)
                    for step, tab in zip(TITLES, TABS, strict=True):
                        with gr.Tab(step.term, id=step.name, elem_id=f"step-{step.name}"):
                            shell.entries.append(tab(shell))
        shell.wire(page)
    return page


def serve(
    home: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    token: str | None = None,
    allowed_hosts: Sequence[str] = (),
) -> None:
    """Serve the studio until the process is asked to stop (SIGTERM, SIGINT); running work is saved first.

    `token` is asked for where the environment names no sign-in.
    """
    chosen = door_of(host, token=token)
    # Uploads lie here until the store has its own copy; Gradio reads this when the first file arrives.
    uploads = home / "uploads"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    remove_abandoned(uploads)
    limits = read_limits(os.environ)
    studio = Studio(home, limits)
    studio.speak_through(Stage(home, studio.aside, Address(host, hosts=allowed_hosts)))
    seen = SharedStudio(studio) if chosen.shared else studio
    with visiting(NOBODY if chosen.shared else ""):
        page = build(seen, local=host in LOOPBACK and not chosen.shared, shared=chosen.shared)
    wait_until_asked = expect_interruption()
    # Gradio asks its own server once whether it is there, by the name it was given.
    known = [*allowed_hosts, host] if host in EVERY_ADDRESS else allowed_hosts
    received = Received(uploads, AT_ONCE * limits.upload_bytes)
    launch(page, seen, host=host, port=port, lifespan=guarded(chosen.door, known, received))
    address = f"http://{in_url(EVERY_ADDRESS.get(host, host))}:{port}/"
    address += f"?token={chosen.token}" if chosen.token else ""
    print(f"Fine-Tuning Studio is open at {address}", flush=True)
    studio.open()  # after the first page can be had: it loads the heavy packages
    if open_browser:
        webbrowser.open(address)
    wait_until_asked()
    print("Stopping: what is running is saved and can be resumed.", flush=True)
    page.close()
    studio.close()


def in_url(host: str) -> str:
    """Return a host as it stands in an address: brackets keep an IPv6 one apart from the port."""
    return f"[{host}]" if ":" in host else host


def launch(
    page: gr.Blocks, studio: Studio | SharedStudio, *, host: str, port: int, lifespan: Lifespan
) -> None:
    """Start the server in its own thread: private, without analytics, own routes before Gradio's."""
    page.launch(
        server_name=in_url(host),
        server_port=port,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        theme=theme(),
        head=style_tags(),
        favicon_path=ASSETS / "favicon.svg",
        app_kwargs={"routes": routes(studio), "lifespan": lifespan},
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size=read_limits(os.environ).upload_bytes or MOST_BYTES,
        show_error=True,
    )
