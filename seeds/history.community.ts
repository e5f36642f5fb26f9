import type { JsonObject } from '../src/shared/json';
import type { Diary } from './history.diary';
import { canBeSignedIn } from './history.identifiers';
import type { DemoEventName } from './history.model';
import { gatherings, postTitles, products } from './vocabulary';

/** What a customer does among the others: posts, answers, likes, shares, gatherings. */
export class Community {
  private postCount = 0;

  constructor(private readonly diary: Diary) {}

  takePart(age: number): void {
    const { diary } = this;
    const { random, customer } = diary;
    const touchpoint = diary.touchpointAt(
      age,
      (place) => place.channel !== 'store' && canBeSignedIn(place, age),
    );
    if (touchpoint === null) return;
    const name = random.weighted<DemoEventName>([
      ['Content Liked', 30],
      ['Comment Created', 20],
      ['Checked In', 14],
      ['Post Created', 12],
      ['Content Shared', 8],
      ['Product Shared', 6],
      ['Answer Created', 6],
      ['Event Attended', 4],
    ]);
    diary.add(name, age, touchpoint, { properties: this.communityProperties(name) });
    if (name === 'Post Created' && customer.personaName === 'community_voice') {
      const replyAge = age - random.between(0.1, 2);
      if (replyAge > 0) {
        diary.add('Comment Created', replyAge, touchpoint, {
          properties: { content_id: `${customer.key}-post-${this.postCount}` },
        });
      }
    }
  }

  private communityProperties(name: DemoEventName): JsonObject {
    const { random, customer } = this.diary;
    switch (name) {
      case 'Post Created':
        this.postCount += 1;
        return {
          content_id: `${customer.key}-post-${this.postCount}`,
          title: random.pick(postTitles[customer.language]),
        };
      case 'Product Shared':
        return { product_id: random.pick(products).id, share_via: random.pick(['wechat', 'link']) };
      case 'Event Attended':
        return { event: random.pick(gatherings) };
      case 'Checked In':
        return { via: 'daily' };
      default:
        return { content_id: `thread-${random.integer(1, 400)}` };
    }
  }
}
