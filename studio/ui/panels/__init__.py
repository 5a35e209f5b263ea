"""Values of `studio.services.views` -> HTML. Pure functions; every text of a user passes `escape` here."""
