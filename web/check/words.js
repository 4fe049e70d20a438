// The words of this page alone, [Chinese, English], beside those that all pages share.
export const CHECK_WORDS = {
  'check-invite': ['请在此扫采集码', 'Scan your code here'],
  'check-invite-detail': ['提前看看能不能取号；此处不发号', 'See whether it will be accepted. No number is given here'],
  'check-closed': ['可先检查，取号尚未开放', 'Check now; numbers are not given yet'],
  'check-invite-advice': ['屏幕调到最亮，出示采集码原图，不用截图', 'Full brightness, the original image, no screenshot'],
  'check-accepted': ['可以，请继续排队', 'Good. Stay in line'],
  'check-doubt': ['请先核对', 'Look at it first'],
  'check-already': ['您已有号码', 'You already have a number'],
  'check-refused': ['现在不能取号', 'Not yet'],
  'check-field': ['扫码，或输入身份证号', 'Scan, or type an ID number'],
  'check-do': ['检查', 'Check'],
  'check-again': ['再扫一次核对', 'Scan again to compare'],
  'check-again-now': ['请再扫同一个码', 'Scan the same code again'],
  'check-same': ['两次扫到的一致', 'The same both times'],
  'check-changed': ['两次扫到的不一样', 'The two scans differ'],
  'check-changed-why': ['采集码不会变化：可能是会刷新的付款码、动态码，或扫码有误', 'A capture code never changes: this may be a code that refreshes, such as a payment code, or a bad scan'],
  'check-changed-advice': ['请打开采集码原图，屏幕调亮后重扫两次', 'Open the original capture code, turn the screen bright and scan twice again'],
};
