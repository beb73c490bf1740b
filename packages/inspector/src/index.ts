export { inspector, type InspectorOptions } from './inspector.ts';
