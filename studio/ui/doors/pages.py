"""The pages before the page: who is not known yet reads what to do. They load nothing and run nothing."""

import html

STYLE = """
:root { color-scheme: light dark; --page: #faf8f5; --card: #fff; --ink: #26231f; --quiet: #635d54;
  --line: #e4dfd7; --edge: #8b8478; --main: #146c54; --main-over: #105744; --bad: #a3261b;
  --bad-soft: #fbe9e6; --ring: #146c54; }
@media (prefers-color-scheme: dark) { :root { --page: #171614; --card: #211f1c; --ink: #efece6;
  --quiet: #b5aea2; --line: #3a3732; --edge: #7d766b; --main-over: #1b7d63; --bad: #f3958a;
  --bad-soft: #42211d; --ring: #2fa483; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 12vh 20px 40px; background: var(--page); color: var(--ink);
  font: 16px/1.55 "Inter UI", system-ui, sans-serif; }
main { max-width: 400px; margin: 0 auto; padding: 30px; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px; }
.name { margin: 0 0 6px; font-size: 14px; color: var(--quiet); }
h1 { margin: 0 0 14px; font-size: 22px; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
p { margin: 0 0 14px; }
.wrong { padding: 10px 14px; border-radius: 8px; background: var(--bad-soft); color: var(--bad); }
label { display: block; margin: 0 0 14px; font-size: 14px; font-weight: 550; }
input { display: block; width: 100%; margin-top: 5px; padding: 10px 12px; font: inherit; font-size: 16px;
  font-weight: 400; color: var(--ink); background: var(--page); border: 1px solid var(--edge);
  border-radius: 8px; }
button, .button { display: block; width: 100%; min-height: 44px; margin: 18px 0 0; padding: 10px 16px;
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: #fff;
  background: var(--main); border: 1px solid var(--main); border-radius: 8px; cursor: pointer; }
button:hover, .button:hover { background: var(--main-over); }
.second { color: var(--ink); background: none; border-color: var(--edge); }
.second:hover { background: var(--page); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
.small { margin: 18px 0 0; font-size: 14px; color: var(--quiet); }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
"""Of such a page, beside where it may be framed: nothing is loaded and no script runs."""


def ask(title: str, body: str) -> str:
    """Return a whole page. `body` is HTML whose texts are escaped already."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{html.escape(title)} · Fine-Tuning Studio</title><style>{STYLE}</style></head>
<body><main><p class="name">Fine-Tuning Studio</p><h1>{html.escape(title)}</h1>{body}</main></body></html>"""


def sign_in(
    *, problem: str, name: str, target: str, passwords: bool, hub: str = "", framed: bool = False
) -> str:
    """Return the page that asks who is there. `hub` is the address of the sign-in with Hugging Face."""
    body = f'<p class="wrong" role="alert">{html.escape(problem)}</p>' if problem else ""
    focus = ("", " autofocus") if name else (" autofocus", "")
    if passwords:
        body += f"""<form method="post" action="/studio/sign-in">
<input type="hidden" name="target" value="{html.escape(target)}">
<label>Name <input name="name" autocomplete="username" required value="{html.escape(name)}"{focus[0]}></label>
<label>Password <input name="password" type="password" autocomplete="current-password"
required{focus[1]}></label>
<button>Sign in</button></form>"""
    if hub:
        kind = "button second" if passwords else "button"
        # Within another site's page, as on Spaces, the hub's page does not open: it takes a tab of its own.
        tab = ' target="_blank"' if framed else ""
        body += f'<a class="{kind}" href="{html.escape(hub)}"{tab}>Sign in with Hugging Face</a>'
    body += '<p class="small">What you add and train here is yours: nobody else who signs in sees it.</p>'
    return ask("Sign in", body)
