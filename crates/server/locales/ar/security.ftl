# الخطوة الثانية: عند تسجيل الدخول، وحيث تُدار.

## تسجيل الدخول
factor-title = خطوة واحدة بعد
factor-lead-code = أدخل الرمز الذي يعرضه تطبيق المصادقة الآن.
factor-lead-both = أدخل الرمز الذي يعرضه تطبيق المصادقة الآن، أو استخدم مفتاح مرور.
factor-lead-passkey = استخدم مفتاح مرور لإثبات أنك أنت.
factor-lead-recovery = أدخل أحد رموز الاسترداد لإثبات أنك أنت.
factor-code = رمز من ستة أرقام
factor-continue = متابعة
factor-use-passkey = استخدام مفتاح مرور
factor-use-recovery = استخدام رمز استرداد
factor-recovery-code = رمز الاسترداد
factor-passkey-missing = تحتاج مفاتيح المرور إلى JavaScript ومتصفح يعرفها. إن لم يظهر زر هنا فاستخدم متصفحًا آخر أو رمز استرداد.
factor-passkey-cancelled = لم يُستخدم أي مفتاح مرور. حاول مرة أخرى أو اختر طريقة أخرى.
factor-no-way = لم يبق لديك أي رمز استرداد، ومفاتيح المرور لا تعمل على هذا العنوان. اطلب المساعدة ممن يدير هذه الخدمة.
factor-error-missing = أدخل رمزًا أولًا.
factor-error-wrong = هذا الرمز غير صحيح أو سبق استخدامه. انتظر الرمز التالي وأدخله.
factor-error-recovery = ليس هذا من رموز الاسترداد الخاصة بك، أو سبق استخدامه.
factor-error-passkey = لا يفتح مفتاح المرور هذا هذا الحساب. جرّب مفتاحًا آخر أو طريقة أخرى.

## الإدارة
factors-title = تسجيل الدخول بخطوتين
factors-lead = يمكن سرقة كلمة المرور وحدها من بعيد. بخطوة ثانية لا تعود تنفع من يسرقها.
factors-open = إعداد تسجيل الدخول بخطوتين
factors-done-authenticator = تم إعداد تطبيق المصادقة. سيُطلب ابتداءً من تسجيل الدخول التالي.
factors-done-authenticator-removed = تمت إزالة تطبيق المصادقة.
factors-done-passkey = تمت إضافة مفتاح المرور.
factors-done-passkey-removed = تمت إزالة مفتاح المرور. احذفه من جهازه أيضًا.
factors-password = كلمة مرورك الحالية
factors-cancel = إلغاء
factors-copy = نسخ
factors-copied = تم النسخ
factors-on = مفعّل
factors-since = منذ { $day }
factors-authenticator = تطبيق المصادقة
factors-authenticator-about = يعرض تطبيق على هاتفك رمزًا جديدًا كل 30 ثانية، وتدخله بعد كلمة المرور. أي تطبيق من هذا النوع مناسب.
factors-authenticator-add = إعداد تطبيق مصادقة
factors-authenticator-remove = إزالة تطبيق المصادقة
factors-scan = امسح هذا بالتطبيق
factors-scan-about = افتح تطبيق المصادقة وأضف حسابًا ووجّه الكاميرا إلى هنا.
factors-qr = رمز QR لتطبيق المصادقة
factors-secret = أو اكتب هذا المفتاح في التطبيق
factors-secret-hint = من يعرف المفتاح يستطيع توليد رموزك. لن يُعرض مرة أخرى أبدًا.
factors-confirm = ثم أدخل الرمز الذي يعرضه
factors-confirm-about = بهذا تثبت أن التطبيق معدّ كما ينبغي. وحتى ذلك الحين لا يتغير شيء.
factors-turn-on = تفعيل
factors-passkeys = مفاتيح المرور
factors-passkeys-about = يوجد مفتاح المرور على هاتفك أو حاسوبك أو مفتاح أمان، ويُفتح ببصمتك أو وجهك أو رقمك السري. يمكنه أن يكون الخطوة الثانية وأن يحل محل كلمة المرور أيضًا، ولا يمكن أن تسلّمه لصفحة مزيفة.
factors-passkeys-nameless = تتبع مفاتيح المرور اسم الموقع. يُفتح هذا الموقع برقم بدل اسم، أو دون تشفير، ولذلك لا تسمح المتصفحات بمفاتيح المرور هنا.
factors-name = الاسم
factors-added = أضيف في
factors-used = آخر استخدام
factors-never = أبدًا
factors-remove = إزالة
factors-passkey-name = اسم مفتاح المرور الجديد
factors-passkey-name-hint = كي تعرفه لاحقًا، مثلًا: حاسوب العمل.
factors-passkey-add = إضافة مفتاح مرور
factors-passkey-make = إنشاء مفتاح المرور
factors-passkey-make-about = سيسألك المتصفح الآن أين يُحفظ { $name }.
factors-passkey-missing = تحتاج مفاتيح المرور إلى JavaScript ومتصفح يعرفها. لم يُضف شيء بعد.
factors-passkey-cancelled = لم يُنشأ أي مفتاح مرور. حاول مرة أخرى أو ألغِ العملية.
factors-passkey-remove = إزالة مفتاح المرور
factors-passkey-remove-about = لن يفتح { $name } هذا الحساب بعد الآن.
factors-passkey-remove-last = إنه خطوتك الثانية الوحيدة: بعد ذلك تكفي كلمة المرور وحدها.
factors-codes = رموز الاسترداد
factors-codes-about = يحل كل واحد منها محل الخطوة الثانية مرة واحدة، حين لا يكون هاتفك أو مفتاحك في متناولك.
factors-codes-none = تحصل عليها مع أول تطبيق مصادقة أو مفتاح مرور.
factors-codes-left = { $count ->
    [0] لم يبق لديك أي رمز. أنشئ رموزًا جديدة الآن.
    [one] بقي لديك رمز واحد. أنشئ رموزًا جديدة قريبًا.
    [two] بقي لديك رمزان. أنشئ رموزًا جديدة قريبًا.
    [few] بقيت لديك { $count } رموز.
    [many] بقي لديك { $count } رمزًا.
   *[other] بقي لديك { $count } رمز.
 }
factors-codes-make = إنشاء رموز جديدة
factors-codes-once = تُعرض الآن فقط
factors-codes-keep = اطبعها أو احفظها حيث تحفظ كلمات مرورك، لا على الجهاز نفسه وحده. الرموز السابقة لم تعد صالحة.
factors-codes-first = تم تفعيل تسجيل الدخول بخطوتين. على المتصفحات المسجّلة في أماكن أخرى تسجيل الدخول من جديد.
factors-codes-kept = لقد حفظتها
factors-error-password-missing = أدخل كلمة مرورك الحالية.
factors-error-password-wrong = ليست هذه كلمة مرورك الحالية.
factors-error-name-missing = أعط مفتاح المرور اسمًا أولًا.
factors-error-name-long = لا يزيد الاسم على 60 حرفًا.
factors-error-too-many = لديك أكبر عدد ممكن من مفاتيح المرور. أزل واحدًا أولًا.
factors-error-code = هذا الرمز غير صحيح. انتظر الرمز التالي وأدخله؛ وإن لم ينجح فتحقق من ساعة هاتفك.
factors-error-passkey = تعذّرت إضافة مفتاح المرور. حاول مرة أخرى أو بجهاز آخر.
factors-error-authenticator-there = أُعِدّ تطبيق مصادقة آخر في هذه الأثناء. رموز التطبيق الذي مسحته للتو لا تعمل: احذف إدخاله من التطبيق.
