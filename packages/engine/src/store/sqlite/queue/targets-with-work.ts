/**
 * The targets that have stored work, as `lane (target)`. Jumps from target to target in the primary key, so a million rows of
 * one target cost one step.
 */
export const targetsWithWork = `WITH RECURSIVE lane (target) AS (
    SELECT min(target) FROM work
    UNION ALL
    SELECT (SELECT min(target) FROM work WHERE target > lane.target) FROM lane WHERE lane.target IS NOT NULL
  )`
