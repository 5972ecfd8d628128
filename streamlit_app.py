"""Entry of the app: ``mapper serve`` or ``streamlit run streamlit_app.py``.

Streamlit imports this file once for the server and runs it as the main script for each visitor.
"""

import streamlit as st

from mapper.app.door import application
from mapper.app.shell import router

if __name__ == "__main__":
    router.run_app()
else:
    app = st.App(
        __file__,
        routes=application.routes(),
        middleware=application.middleware(),
        lifespan=application.lifespan,
        on_script_error=application.say_fault,
    )
