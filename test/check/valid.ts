import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { validateXML } from 'xmllint-wasm';

/** As published: by OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas, and by Jenkins. */
const SCHEMAS = join(__dirname, 'schemas');
const SARIF_SCHEMA = join(SCHEMAS, 'sarif-schema-2.1.0.json.gz');
const JUNIT_SCHEMA = join(SCHEMAS, 'jenkins-junit.xsd');

const FORMATS = {
  uri: (text: string) => URL.canParse(text),
  'uri-reference': (text: string) => URL.canParse(text, 'https://example.com/'),
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
};

const validateSarif = new Ajv({ strict: false, allErrors: true, formats: FORMATS }).compile(sarifSchema());

/** What the schema of SARIF 2.1.0 has to say against a text; nothing when it is valid. */
export function sarifFaults(text: string): readonly string[] {
  validateSarif(JSON.parse(text));
  return (validateSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Of draft 4, which differs from what Ajv reads in how a schema is named, and in nothing else that this one uses. */
function sarifSchema(): object {
  const text = gunzipSync(readFileSync(SARIF_SCHEMA)).toString();
  const { $schema: _, id: __, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return schema;
}

/** The same for JUnit XML and Jenkins' schema. */
export async function junitFaults(text: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: text }],
    schema: [readFileSync(JUNIT_SCHEMA, 'utf8')],
  });
  return errors.map(({ rawMessage }) => rawMessage);
}
