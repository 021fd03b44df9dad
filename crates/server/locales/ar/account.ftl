# صفحات الشخص: الملف وكلمة المرور والجلسات والتطبيقات والبيانات، والطريق عبر صندوق البريد.

home-account = حسابك
home-console = وحدة تحكم المطورين

profile-lead = هذا ما تراه التطبيقات عنك حين تسمح لها.
profile-names = اسمك
profile-names-about = كما تحب أن تُخاطَب.
profile-first-name = الاسم الأول
profile-last-name = اسم العائلة
profile-save = حفظ
profile-saved = تم حفظ اسمك.
profile-verified = مؤكَّد
profile-unverified = غير مؤكَّد
profile-unverified-about = لا نعلم بعدُ أن هذا العنوان لك. افتح الرابط في الرسالة التي أرسلناها إليك.
profile-verify = إرسال الرسالة مرة أخرى
profile-letter-sent = الرسالة في طريقها إليك. يعمل رابطها 30 دقيقة.
profile-role = دورك
profile-no-organization = لا تنتمي إلى أي مؤسسة بعد. اطلب من مسؤول مؤسستك أن يضيفك.
profile-more = المزيد
profile-number = رقمك (ZUID)
profile-since = الحساب منذ
profile-console = للمطورين
profile-console-link = وحدة تحكم المطورين
name-long = لا يجوز أن يزيد الاسم على 100 حرف.
name-odd = لا يجوز أن يحتوي الاسم على فواصل أسطر أو علامات غير مرئية.

own-password-lead = ما يُبقي حسابك لك وحدك.
own-password-title = تغيير كلمة المرور
own-password-about = تبقى مسجل الدخول هنا، ويُسجَّل خروجك من كل مكان آخر.
own-password-changed = آخر تغيير في { $date }.
own-password-current = كلمة المرور الحالية
own-password-change = تغيير كلمة المرور
own-password-done = تم تغيير كلمة المرور، وسُجِّل خروجك من كل مكان آخر.
own-password-wrong = هذه ليست كلمة المرور الحالية.
new-password = كلمة المرور الجديدة
new-password-again = كلمة المرور الجديدة مرة أخرى
new-password-rules = ثمانية أحرف على الأقل. بضع كلمات لا رابط بينها خيار جيد.
new-password-short = هذه قصيرة جدًا. استخدم ثمانية أحرف على الأقل.
new-password-long = هذه طويلة جدًا. الحد الأقصى 1024 بايت.
new-password-email = هذا عنوان بريدك الإلكتروني. اختر شيئًا لا يستطيع أحد معرفته.
new-password-common = هذه من أوائل كلمات المرور التي قد يجربها أحدهم. اختر غيرها.
new-password-differ = كلمتا المرور غير متطابقتين.
new-password-end-tokens = سحب الوصول من جميع التطبيقات المتصلة
new-password-end-tokens-hint = افعل ذلك إذا ظننت أن شخصًا آخر دخل حسابك. يمكنك ربط تطبيقاتك من جديد بعد ذلك.

sessions-lead = المتصفحات التي أنت مسجل الدخول فيها الآن. أنهِ ما لا تعرفه، ثم غيّر كلمة المرور.
sessions-started = مسجل الدخول منذ
sessions-seen = آخر ظهور في
sessions-this = هذا المتصفح
sessions-end = إنهاء
list-older = الأقدم
sessions-others = جميع المتصفحات الأخرى
sessions-others-about = يُسجِّل خروجك من كل مكان سوى هنا. تحتفظ التطبيقات المتصلة بوصولها.
sessions-end-others = إنهاء جميع الأخرى
sessions-ended = تم تسجيل الخروج من ذلك المتصفح.
sessions-all-ended = تم تسجيل خروجك من كل مكان سوى هنا.
sessions-browser-on = { $browser } على { $system }
sessions-browser = { $browser }
sessions-browser-unknown = متصفح غير معروف

apps-lead = تطبيقات سمحت لها بالعمل على بياناتك. يمكنك سحب ذلك في أي وقت.
apps-none-about = حين يطلب تطبيق الوصول وتقبل، تجده هنا مع كل ما يستطيع فعله.
apps-account-only = حسابك فقط
apps-since = الوصول منذ
apps-used = آخر استخدام
apps-never-used = غير معروف
apps-place = مركز البيانات
apps-away = أثناء غيابك
apps-away-yes = يحتفظ بوصوله
apps-away-no = لا وصول له
apps-for = مُنح من أجل
apps-for-organization = المؤسسة كلها، من أحد مسؤوليها
apps-may = ما يستطيع فعله

data-lead = ما نحفظه عنك ملك لك.
data-export = خذ بياناتك معك
data-export-about = ملف واحد (JSON) فيه كل ما يُحفظ عنك: الملف والمؤسسات والجلسات والتطبيقات وما جرى في حسابك.
data-export-button = تنزيل الملف
data-delete = حذف حسابك
data-delete-about = يزول ملفك وجلساتك ووصول جميع التطبيقات فورًا وإلى الأبد. ما دُوِّن للتدقيق يبقى مدة تحت رقمك فقط.
data-kept-by = أنت المسؤول الوحيد هنا، وآخرون يعتمدون عليك. اجعل شخصًا آخر مسؤولًا أولًا:
data-go-along = لا أحد غيرك في هذه المؤسسات، وستُحذف مع حسابك:
data-owned = أنت من سجّل هذه التطبيقات. ستستمر في العمل، لكن لن يستطيع أحد تغييرها:
data-type-email = اكتب عنوان بريدك الإلكتروني للتأكيد
data-email-wrong = هذا ليس عنوان حسابك.
data-delete-button = احذف حسابي

recover-link = هل نسيت كلمة المرور؟
recover-title = هل نسيت كلمة المرور؟
recover-lead = أخبرنا بعنوان بريدك الإلكتروني، فنرسل إليك رسالة فيها رابط لتعيين كلمة جديدة.
letters-send = إرسال الرسالة
letters-back = العودة إلى تسجيل الدخول
letters-wait = { $minutes ->
    [zero] طُلبت من هنا رسائل كثيرة جدًا. حاول مرة أخرى الآن.
    [one] طُلبت من هنا رسائل كثيرة جدًا. انتظر دقيقة ثم حاول مرة أخرى.
    [two] طُلبت من هنا رسائل كثيرة جدًا. انتظر دقيقتين ثم حاول مرة أخرى.
    [few] طُلبت من هنا رسائل كثيرة جدًا. انتظر { $minutes } دقائق ثم حاول مرة أخرى.
    [many] طُلبت من هنا رسائل كثيرة جدًا. انتظر { $minutes } دقيقة ثم حاول مرة أخرى.
   *[other] طُلبت من هنا رسائل كثيرة جدًا. انتظر { $minutes } دقيقة ثم حاول مرة أخرى.
 }
letter-sent-title = انظر في صندوق بريدك
letter-sent-recovery = إن كان لدى { $email } حساب هنا، فرسالة فيها رابط في طريقها إليه. يعمل الرابط 30 دقيقة.
letter-sent-sign-up = رسالة إلى { $email } في طريقها. يعمل رابطها 30 دقيقة.
letter-sent-hint = لم يصل شيء بعد دقائق؟ انظر في البريد غير المرغوب فيه، أو تحقق من العنوان.
letter-sent-sandbox = فتح صندوق بريد البيئة التجريبية
letter-sent-again = استخدام عنوان آخر
new-password-title = تعيين كلمة مرور جديدة
new-password-lead = لحساب { $email }. يُسجَّل خروجك من كل مكان، وتدخل بالكلمة الجديدة.
new-password-set = تعيين كلمة المرور
password-set-title = تم تغيير كلمة المرور
password-set-lead = سُجِّل خروجك من كل مكان. سجّل الدخول بكلمة المرور الجديدة.
verify-title = هل هذا عنوانك؟
verify-lead = أكّد أن { $email } لك.
verify-button = نعم، هو لي
email-verified-title = شكرًا لك
email-verified-lead = تم تأكيد عنوان بريدك الإلكتروني.
email-verified-onward = الانتقال إلى حسابك
link-dead-title = لم يعد هذا الرابط يعمل
link-dead-lead = يعمل الرابط في الرسالة مرة واحدة، ولمدة 30 دقيقة. اطلب رسالة جديدة.
link-dead-onward = البدء من جديد
account-deleted-title = تم حذف حسابك
account-deleted-lead = زال كل ما كان لك. شكرًا لوجودك معنا.
account-deleted-onward = الانتقال إلى الصفحة الأولى

letter-recovery-subject = تعيين كلمة مرور جديدة لدى { $brand }
letter-recovery =
    طلب أحدهم، ونرجو أن يكون أنت، تعيين كلمة مرور جديدة لحسابك لدى { $brand }.
    افتح هذا الرابط لفعل ذلك. يعمل مرة واحدة، ولمدة 30 دقيقة:

    { $link }

    إن لم تكن أنت، فلا حاجة إلى فعل شيء: تبقى كلمة المرور كما هي.
letter-verification-subject = تأكيد عنوان بريدك الإلكتروني لدى { $brand }
letter-verification =
    افتح هذا الرابط لتأكيد أن هذا العنوان لك. يعمل مرة واحدة، ولمدة 30 دقيقة:

    { $link }

    إن لم يكن لك حساب لدى { $brand }، فلا حاجة إلى فعل شيء.
letter-password-changed-subject = تم تغيير كلمة مرورك لدى { $brand }
letter-password-changed =
    تم تغيير كلمة مرور حسابك لدى { $brand } قبل قليل.

    إن لم تكن أنت، فعيّن كلمة جديدة فورًا:

    { $link }
letter-factor-changed-subject = تم تغيير تسجيل الدخول بخطوتين لدى { $brand }
letter-factor-changed =
    { $change }

    إن لم تكن أنت، فعيّن كلمة مرور جديدة فورًا. يؤدي ذلك إلى تسجيل خروج الجميع:

    { $link }

    ثم راجع تسجيل الدخول بخطوتين في حسابك، وأزل ما ليس لك.
letter-guessing-subject = شخص ما يحاول الدخول إلى حسابك لدى { $brand }
letter-guessing-password =
    أُدخلت عدة كلمات مرور خاطئة متتالية لحسابك لدى { $brand }. لم يدخل أحد، وعلى من يحاول أن ينتظر الآن بين كل محاولتين.

    إن كنت أنت، فانتظر قليلًا أو استخدم متصفحًا سبق أن سجلت الدخول منه. وإن لم تكن أنت، فليس عليك فعل شيء؛ لكن إن كانت كلمة مرورك قصيرة أو تستخدمها في مكان آخر، فعيّن كلمة جديدة:

    { $link }
letter-guessing-code =
    أدخل شخص ما كلمة المرور الصحيحة لحسابك لدى { $brand }، ثم عدة رموز خاطئة. لم يدخل، وعليه أن ينتظر الآن بين كل محاولتين.

    إن لم تكن أنت، فهو يعرف كلمة مرورك. عيّن كلمة جديدة فورًا:

    { $link }
letter-authenticator-added = تم إعداد تطبيق مصادقة لحسابك لدى { $brand } قبل قليل.
letter-authenticator-removed = تمت إزالة تطبيق المصادقة من حسابك لدى { $brand } قبل قليل.
letter-passkey-added = تمت إضافة مفتاح مرور إلى حسابك لدى { $brand } قبل قليل.
letter-passkey-removed = تمت إزالة مفتاح مرور من حسابك لدى { $brand } قبل قليل.
letter-recovery-codes-made = تم إنشاء رموز استرداد جديدة لحسابك لدى { $brand } قبل قليل؛ ولم تعد الرموز القديمة تعمل.
letter-recovery-code-used = سجّل شخص ما الدخول إلى حسابك لدى { $brand } برمز استرداد قبل قليل.
letter-factors-removed = أزال مشغّل { $brand } قبل قليل كل وسائل الخطوة الثانية من حسابك: تكفي كلمة المرور لتسجيل الدخول.
