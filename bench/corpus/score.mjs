/** Whether a report says of a case what there is to say. */

/** What the corpus calls a kind -> what leakwatch calls it; the same where it is not here. `other` has no kind of its own. */
const COLLECTIONS = ['collection', 'cache', 'global', 'growth'];
const KINDS = {
  'global-array': ['global'],
  collection: COLLECTIONS,
  pool: ['handle', ...COLLECTIONS],
  other: ['closure', ...COLLECTIONS],
};

const kindsOf = ({ kind, alsoKind }) =>
  [kind, alsoKind].filter(Boolean).flatMap((one) => KINDS[one] ?? [one]);

/** The first finding's culprit has one of its names, and lies in one of its files or in its package. */
function isCulprit(finding, { match }) {
  const { culprit } = finding;
  const words = [finding.title, culprit.name, culprit.className, culprit.property].join(' ');
  const files = [culprit.location?.file, culprit.generated?.file].filter(Boolean);
  const isPlaced = files.some((file) => match.files.some((wanted) => file.endsWith(wanted)));
  return (
    match.anyOf.some((word) => words.includes(word)) && (isPlaced || culprit.package?.name === match.package)
  );
}

/** @returns { found, kind, culprit }: true, false, or null where it is not asked; of what is healthy, { falseAlarm } */
export function scoreOf(report, { isLeaky, expected }) {
  const [finding] = report.findings;
  if (!isLeaky) return { falseAlarm: report.verdict === 'leak' || finding !== undefined };
  const found = report.verdict === 'leak' && finding !== undefined;
  return {
    found,
    kind: found && kindsOf(expected).includes(finding.kind),
    culprit: found && isCulprit(finding, expected),
  };
}
