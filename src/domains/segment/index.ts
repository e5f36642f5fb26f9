export { segmentRoutes } from './segment.routes';
export { SegmentService } from './segment.service';
