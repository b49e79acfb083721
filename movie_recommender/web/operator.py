"""The operator's pages: how the instance is, what failed, who is here, and the logs. Nobody else sees them (`web/access.py`)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import MovieRecommenderError
from ..services import accounts, jobs, joining, operating, reconcile
from ..settings import REGISTRATION_MODES
from .access import visitor_address
from .answers import again

blueprint = Blueprint("operator", __name__, url_prefix="/operator")


@blueprint.get("")
def overview() -> str:
    """Health, jobs, sizes, imports and the last evaluation."""
    return render_template(
        "operator/overview.html", health=operating.health(), counts=operating.job_counts(), behind=reconcile.count_behind(),
        dead=jobs.latest("dead", operating.SHOWN), latest=jobs.latest(limit=operating.SHOWN), aside=operating.set_aside(),
        sizes=operating.sizes(), imports=operating.imports(), evaluation=operating.last_evaluation(),
    )  # fmt: skip


@blueprint.post("/jobs/<job_id>/retry")
def retry_job(job_id: str) -> ResponseReturnValue:
    """Let a job that failed wait again."""
    operating.retry_job(job_id)
    flash("The job waits again.")
    return redirect(url_for("operator.overview", _anchor="jobs"), 303)


@blueprint.post("/people/<int:user_id>/retry")
def retry_person(user_id: int) -> ResponseReturnValue:
    """Try again to make a list that failed too often."""
    operating.retry_person(user_id)
    flash("The list is tried again.")
    return redirect(url_for("operator.overview", _anchor="jobs"), 303)


@blueprint.get("/logs/<name>")
def logs(name: str) -> str:
    """The last lines of a log."""
    return render_template("operator/logs.html", name=name, names=operating.LOGS, lines=operating.log_tail(name))


@blueprint.get("/people")
def people() -> str:
    """Accounts, invitations, and who may register."""
    return render_template("operator/people.html", **_people())


def _people() -> dict[str, object]:
    modes = REGISTRATION_MODES
    return {"members": operating.members(), "invitations": joining.invitations(), "mode": joining.mode(), "modes": modes}


@blueprint.post("/registration")
def registration() -> ResponseReturnValue:
    """Open or close the door for new people."""
    joining.set_mode(request.form.get("mode", ""))
    flash(f"Registration is now: {joining.mode()}.")
    return redirect(url_for("operator.people"), 303)


@blueprint.post("/invitations")
def invite() -> str:
    """Make an invitation; its link is shown this once."""
    link = url_for("accounts.register", invitation=joining.invite(request.form.get("note", "")), _external=True)
    return render_template("operator/people.html", link=link, **_people())


@blueprint.post("/invitations/<int:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    joining.withdraw(invitation_id)
    flash("The invitation is taken back; its link opens nothing any more.")
    return redirect(url_for("operator.people"), 303)


@blueprint.post("/accounts")
def make_account() -> ResponseReturnValue:
    """Make an account for somebody, whatever registration says."""
    try:
        user = accounts.register(request.form.get("name", ""), request.form.get("password", ""))
    except MovieRecommenderError as error:
        return again("operator/people.html", error, error=error.message, **_people())
    flash(f"{user.name} has an account now. Ask for a change of the password at the first sign-in.")
    return redirect(url_for("operator.people"), 303)


@blueprint.post("/accounts/<int:user_id>/remove")
def remove_account(user_id: int) -> ResponseReturnValue:
    """Delete somebody's account with everything in it, when the operator's own password confirms it."""
    operator = accounts.member(current_user.id)
    try:
        accounts.confirm(operator, request.form.get("password", ""), visitor_address())
    except MovieRecommenderError as error:
        return again("operator/people.html", error, error=error.message, **_people())
    flash(f"The account of {operating.remove_member(operator, user_id)} is deleted with everything in it.")
    return redirect(url_for("operator.people"), 303)
