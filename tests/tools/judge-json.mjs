// Judges documents by a JSON Schema with Ajv, which is not ours.
// In: {"schema": the schema, or a file of an npm package, "documents": ["JSON or YAML text", …]}; out: for each null, or what is wrong with it.
import { readFileSync } from "node:fs";
import Ajv from "ajv-draft-04";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const { schema, documents } = JSON.parse(readFileSync(0, "utf8"));
const ours = typeof schema !== "string";
const given = ours ? schema : JSON.parse(readFileSync(new URL("node_modules/" + schema, import.meta.url)));

// Of our own schema every keyword must be one that the draft knows; what others publish is taken as it is.
const strict = ours ? { strict: true, strictRequired: false, allowUnionTypes: true } : { strict: false, unicodeRegExp: false };
const ajv = new (given.$schema.includes("2020-12") ? Ajv2020 : Ajv)(strict);
addFormats(ajv);
const validate = ajv.compile(given);
const verdict = (document) => (validate(parse(document)) ? null : ajv.errorsText(validate.errors));
process.stdout.write(JSON.stringify(documents.map(verdict)));
