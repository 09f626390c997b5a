"""Operations of migrations that change indexes while everything runs, to be begun again where they were cut short."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class AddIndexOnce(AddIndexConcurrently):
    """Adds an index unless an earlier try has; what a try left behind that was cut short is made anew.

    Django's own stops at the name of either, and the operations before it cannot be done twice: somebody would have to
    drop indexes by hand that are whole and in use.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the index; in no transaction."""
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_IS_VALID, [self.index.name])
            found: tuple[Any, ...] | None = cursor.fetchone()
        if found and found[0]:
            return
        if found:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
