"""The bar above every step: the studio's name, where the data stays, who is signed in, and the colours."""

HERE, ELSEWHERE = "on this computer", "on the studio's machine"
VISITOR = """<form id="visitor" method="post" action="studio/sign-out" hidden><span></span>
<a hidden href="">Sign in</a><button type="submit">Sign out</button></form>
"""
"""Filled by the page's script: the page itself is built once, for everybody."""
TOP = """
<header class="top"><div class="brand"><img src="ui-static/logo.svg" alt="" width="24" height="24">
<h1>Fine-Tuning Studio</h1></div>
<p id="connection" role="status" hidden></p>
<div class="top-right">
<p class="privacy"><span aria-hidden="true">●</span> Your data stays {place}</p>
{visitor}<button type="button" id="theme-switch" aria-pressed="false" aria-label="Dark colours">
<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor"
stroke-width="2"><circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/></svg>
</button></div></header>
<div id="working" role="status" hidden><span class="unseen"></span></div>"""


def top(*, local: bool, shared: bool) -> str:
    """Return the bar. `shared`: many people sign in, and each is told as whom."""
    return TOP.format(place=HERE if local else ELSEWHERE, visitor=VISITOR if shared else "")
