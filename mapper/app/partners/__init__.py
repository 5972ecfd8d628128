"""What partner agencies do in the app: say how their own actions stand."""
