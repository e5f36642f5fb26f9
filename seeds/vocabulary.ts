/**
 * The words of the demo data. All people are invented: addresses are in the domains reserved for
 * examples (RFC 2606), telephone numbers in the block 555-01xx reserved for fiction.
 */
export type Language = 'zh' | 'en';

/** A name as written, and in the Latin letters of an e-mail address. */
export type Written = readonly [written: string, latin: string];

export const chineseSurnames: readonly [Written, ...Written[]] = [
  ['王', 'wang'],
  ['李', 'li'],
  ['张', 'zhang'],
  ['刘', 'liu'],
  ['陈', 'chen'],
  ['杨', 'yang'],
  ['黄', 'huang'],
  ['赵', 'zhao'],
  ['周', 'zhou'],
  ['吴', 'wu'],
  ['徐', 'xu'],
  ['孙', 'sun'],
  ['马', 'ma'],
  ['朱', 'zhu'],
  ['胡', 'hu'],
  ['林', 'lin'],
  ['郭', 'guo'],
  ['何', 'he'],
  ['高', 'gao'],
  ['罗', 'luo'],
  ['欧阳', 'ouyang'],
  ['司马', 'sima'],
];

export const chineseGivenNames: readonly [Written, ...Written[]] = [
  ['伟', 'wei'],
  ['芳', 'fang'],
  ['娜', 'na'],
  ['敏', 'min'],
  ['静', 'jing'],
  ['磊', 'lei'],
  ['洋', 'yang'],
  ['艳', 'yan'],
  ['杰', 'jie'],
  ['娟', 'juan'],
  ['涛', 'tao'],
  ['明', 'ming'],
  ['秀英', 'xiuying'],
  ['子涵', 'zihan'],
  ['浩然', 'haoran'],
  ['雨桐', 'yutong'],
  ['欣怡', 'xinyi'],
  ['梓轩', 'zixuan'],
  ['思远', 'siyuan'],
  ['佳琪', 'jiaqi'],
  ['晓东', 'xiaodong'],
  ['建国', 'jianguo'],
  ['志强', 'zhiqiang'],
  ['若曦', 'ruoxi'],
  ['一诺', 'yinuo'],
  ['俊杰', 'junjie'],
];

export const englishSurnames: readonly [Written, ...Written[]] = [
  ['Adams', 'adams'],
  ['Bennett', 'bennett'],
  ['Carter', 'carter'],
  ['Davies', 'davies'],
  ['Edwards', 'edwards'],
  ['Foster', 'foster'],
  ['Grant', 'grant'],
  ['Hughes', 'hughes'],
  ['Irving', 'irving'],
  ['Jackson', 'jackson'],
  ['Khan', 'khan'],
  ['Lopez', 'lopez'],
  ['Mitchell', 'mitchell'],
  ['Novak', 'novak'],
  ["O'Brien", 'obrien'],
  ['Patel', 'patel'],
  ['Quinn', 'quinn'],
  ['Rossi', 'rossi'],
  ['Singh', 'singh'],
  ['Turner', 'turner'],
  ['Underwood', 'underwood'],
  ['Vega', 'vega'],
  ['Walker', 'walker'],
  ['Young', 'young'],
  ['Müller', 'mueller'],
  ['García', 'garcia'],
];

export const englishGivenNames: readonly [Written, ...Written[]] = [
  ['Alice', 'alice'],
  ['Benjamin', 'benjamin'],
  ['Chloe', 'chloe'],
  ['Daniel', 'daniel'],
  ['Emma', 'emma'],
  ['Felix', 'felix'],
  ['Grace', 'grace'],
  ['Henry', 'henry'],
  ['Isla', 'isla'],
  ['James', 'james'],
  ['Karen', 'karen'],
  ['Liam', 'liam'],
  ['Maya', 'maya'],
  ['Noah', 'noah'],
  ['Olivia', 'olivia'],
  ['Priya', 'priya'],
  ['Quentin', 'quentin'],
  ['Rosa', 'rosa'],
  ['Samuel', 'samuel'],
  ['Tara', 'tara'],
  ['Umar', 'umar'],
  ['Victoria', 'victoria'],
  ['William', 'william'],
  ['Xavier', 'xavier'],
  ['Yasmin', 'yasmin'],
  ['Zoë', 'zoe'],
];

export const cities: Readonly<Record<Language, readonly [string, ...string[]]>> = {
  zh: ['上海', '北京', '深圳', '广州', '杭州', '成都', '南京', '武汉', '西安', '苏州'],
  en: ['London', 'Singapore', 'Toronto', 'Sydney', 'New York', 'Dublin', 'Berlin', 'Austin'],
};

export const mailDomains: readonly [string, ...string[]] = [
  'example.com',
  'example.org',
  'example.net',
];

/** Area codes of the North American plan; with 555-01xx each gives 100 numbers of nobody. */
export const areaCodes: readonly number[] = [
  201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225,
  228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281,
  301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314,
];

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
}

export const products: readonly [Product, ...Product[]] = [
  { id: 'TEA-01', name: 'Longjing green tea', category: 'Tea' },
  { id: 'TEA-02', name: 'Aged white tea cake', category: 'Tea' },
  { id: 'TEA-03', name: 'Jasmine pearls', category: 'Tea' },
  { id: 'TEA-04', name: 'Smoked black tea', category: 'Tea' },
  { id: 'WARE-01', name: 'Celadon gaiwan', category: 'Teaware' },
  { id: 'WARE-02', name: 'Travel tea set', category: 'Teaware' },
  { id: 'WARE-03', name: 'Cast-iron kettle', category: 'Teaware' },
  { id: 'COF-01', name: 'Yunnan coffee beans', category: 'Coffee' },
  { id: 'COF-02', name: 'Pour-over kit', category: 'Coffee' },
  { id: 'SNK-01', name: 'Osmanthus cakes', category: 'Snacks' },
  { id: 'SNK-02', name: 'Candied ginger', category: 'Snacks' },
  { id: 'BOX-01', name: 'Monthly tasting box', category: 'Subscriptions' },
];

export const campaigns: readonly [string, ...string[]] = [
  'spring-harvest',
  'mid-autumn',
  'new-year',
  'friends-of-tea',
];

export type Feeling = 'glad' | 'neutral' | 'angry';

type Lines = readonly [string, ...string[]];

/** What people write in surveys and reviews. */
export const comments: Readonly<Record<Language, Readonly<Record<Feeling, Lines>>>> = {
  zh: {
    glad: [
      '茶叶很香，包装精美，还会再买。',
      '客服耐心又专业，推荐给朋友们！',
      '送货很快，比想象中新鲜。',
      '会员日活动很划算，体验非常好。',
      '用了半年了，品质一直很稳定。',
    ],
    neutral: [
      '味道还可以，价格稍微有点高。',
      '中规中矩，没有特别的惊喜。',
      '物流一般，东西和描述一致。',
    ],
    angry: [
      '收到的茶具有裂痕，很失望。',
      '等了两个星期才发货，不会再买了。',
      '和图片差距太大，感觉被骗了。',
      '涨价之后质量反而变差了。',
    ],
  },
  en: {
    glad: [
      'Wonderful aroma and lovely packaging. I will be back.',
      'Support solved it in five minutes. Recommended to all my friends!',
      'Arrived early and fresher than I expected.',
      'The member events are great fun, and the tea is even better.',
      'Six months in and the quality has never slipped.',
    ],
    neutral: [
      'Decent tea, a little expensive for what it is.',
      'Does what it says. Nothing special.',
      'Delivery was average, the product is as described.',
    ],
    angry: [
      'The gaiwan arrived cracked. Very disappointed.',
      'Two weeks before it was even shipped. Never again.',
      'Looks nothing like the picture. I feel cheated.',
      'The price went up and the quality went down.',
    ],
  },
};

export const complaints: Readonly<Record<Language, Lines>> = {
  zh: [
    '订单少发了一件，联系客服三天没人回复。',
    '退款申请两周了还没有到账！',
    '包裹破损，茶叶全洒了。',
    '积分莫名其妙少了，请给个解释。',
    '一直收到骚扰短信，退订没有用。',
  ],
  en: [
    'One item was missing and nobody has answered me for three days.',
    'I asked for my money back two weeks ago and still have nothing!',
    'The parcel was torn open and the tea had spilled.',
    'My points have vanished and nobody can tell me why.',
    'I keep getting messages although I have unsubscribed twice.',
  ],
};

export const suggestions: Readonly<Record<Language, Lines>> = {
  zh: ['希望增加小份试饮装。', '建议小程序支持送礼留言。', '能不能出无咖啡因的系列？'],
  en: [
    'Please offer small sample sizes.',
    'A gift note at checkout would be great.',
    'How about a caffeine-free range?',
  ],
};

export const farewells: Readonly<Record<Language, Lines>> = {
  zh: ['价格太贵，换了别家。', '服务越来越差，不想再用了。', '搬家了，附近没有门店。'],
  en: [
    'Too expensive for me now, I have found another shop.',
    'Service has gone downhill. I am done.',
    'I moved away and there is no store near me.',
  ],
};

export const postTitles: Readonly<Record<Language, Lines>> = {
  zh: ['新手如何挑选盖碗？', '今年的明前龙井喝到了吗', '我的办公室茶角', '手冲云南豆的参数分享'],
  en: [
    'Which gaiwan for a beginner?',
    'First flush: tasting notes',
    'My tea corner at the office',
    'Pour-over settings for Yunnan beans',
  ],
};

export const gatherings: Lines = [
  'Spring tasting evening',
  'Teaware workshop',
  'Members’ day',
  'Online brewing class',
];
