export { DirectoryReads } from './directory.reads';
export { DirectoryResolver } from './directory.resolver';
