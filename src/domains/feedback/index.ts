export { FeedbackProjector } from './feedback.projection';
export { FeedbackReads } from './feedback.reads';
export { feedbackRehoming } from './feedback.rehoming';
export { FeedbackResolver } from './feedback.resolver';
export { FeedbackService } from './feedback.service';
