// node docs/make-report-schema.mjs: prints the JSON Schema of the report, made from the types and comments of
// analyzer/report.ts. `npm run schema` keeps it as docs/report.schema.json.
import { readFileSync } from 'node:fs';

const source = readFileSync(new URL('../analyzer/report.ts', import.meta.url), 'utf8');
const COMMENT = String.raw`(?:/\*\*(?<doc>(?:(?!\*/)[^])*)\*/\s*)?`;

const definitions = {};
for (const { groups } of source.matchAll(
  new RegExp(`${COMMENT}export interface (?<name>\\w+) \\{(?<body>[^]*?)\\n\\}`, 'g'),
))
  definitions[groups.name] = described(groups.doc, objectSchema(groups.body));
for (const { groups } of source.matchAll(
  new RegExp(`${COMMENT}export type (?<name>\\w+) =(?<type>[^;]*);`, 'g'),
))
  definitions[groups.name] = described(groups.doc, schemaOf(groups.type));

const { Report, ...rest } = definitions;
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'leakwatch report',
  ...described('What `leakwatch analyze --json` prints, and what a run folder keeps as report.json.', Report),
  $defs: rest,
};
process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);

function objectSchema(body) {
  const fields = [
    ...body.matchAll(new RegExp(`${COMMENT}readonly (?<name>\\w+)(?<optional>\\??): (?<type>[^;]*);`, 'g')),
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ groups }) => [groups.name, described(groups.doc, schemaOf(groups.type))]),
    ),
    required: fields.filter(({ groups }) => groups.optional === '').map(({ groups }) => groups.name),
    additionalProperties: false,
  };
}

/** A type as report.ts writes them: a name, a literal, a list, or a union of these. */
function schemaOf(type) {
  const members = type
    .split('|')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  if (members.every((member) => member.startsWith("'")))
    return { enum: members.map((member) => member.slice(1, -1)) };
  if (members.length > 1) return { anyOf: members.map(schemaOf) };
  const [only] = members;
  const list = /^readonly (.*)\[\]$/.exec(only);
  if (list) return { type: 'array', items: schemaOf(list[1]) };
  if (['string', 'number', 'boolean', 'null'].includes(only)) return { type: only };
  if (only === 'true' || only === 'false') return { const: only === 'true' };
  if (/^[A-Z]\w*$/.test(only)) return { $ref: `#/$defs/${only}` };
  throw new Error(`analyzer/report.ts has a type that is not understood here: ${only}`);
}

function described(doc, body) {
  const description = doc
    ?.replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return description ? { description, ...body } : body;
}
