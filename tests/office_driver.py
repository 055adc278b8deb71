"""Run under the system's Python that has `uno`: accept all tracked changes of Word files in one LibreOffice.

python3 office_driver.py PROFILE OUT FILE...     (writes OUT/<name>.docx)
"""

import subprocess
import sys
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]


def main(profile: str, out: str, *files: str) -> None:
    pipe = f"chugao_{Path(profile).name}"
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nologo"]
    # The first start of a new profile restarts itself, which would cut the connection.
    subprocess.run([*command, "--terminate_after_init"], stderr=subprocess.DEVNULL, timeout=120, check=False)
    office = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL)
    try:
        desktop, dispatcher = connected(pipe)
        for file in files:
            accept(desktop, dispatcher, Path(file), Path(out))
        desktop.terminate()
        office.wait(30)
    finally:
        office.kill()


def connected(pipe):  # type: ignore[no-untyped-def]
    """Desktop and dispatcher of the office that is starting."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.5)
        else:
            time.sleep(3)  # a connection made before the office is up is cut again
            make = context.ServiceManager.createInstanceWithContext
            return make("com.sun.star.frame.Desktop", context), make("com.sun.star.frame.DispatchHelper", context)
    raise SystemExit("LibreOffice did not start")


def accept(desktop, dispatcher, file, out):  # type: ignore[no-untyped-def]
    document = desktop.loadComponentFromURL(file.as_uri(), "_blank", 0, (option("Hidden", True),))
    dispatcher.executeDispatch(document.CurrentController.Frame, ".uno:AcceptAllTrackedChanges", "", 0, ())
    document.storeToURL((out / file.name).as_uri(), (option("FilterName", "MS Word 2007 XML"),))
    document.close(True)


def option(name, value):  # type: ignore[no-untyped-def]
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


if __name__ == "__main__":
    main(*sys.argv[1:])
