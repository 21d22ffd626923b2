"""The web channel: public API, widget and demo page, and the internal listener."""
