"""The guided tour: real purchases through four flows, with mail delivered by SMTP to a server of its own."""
