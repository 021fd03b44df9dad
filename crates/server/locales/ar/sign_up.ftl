# إنشاء حساب، حيث يجوز ذلك لأي كان.

sign-up-ask = لا حساب لديك بعد؟
sign-up-link = أنشئ حسابًا
sign-up-title = إنشاء حساب
sign-up-lead = أخبرنا بعنوان بريدك الإلكتروني، فنرسل إليك رسالة فيها رابط للمتابعة لدى { $brand }.
sign-up-finish-title = أوشكت على الانتهاء
sign-up-finish-lead = العنوان { $email } لك. أخبرنا الآن من أنت.
sign-up-organization = اسم مؤسستك
sign-up-organization-hint = شركتك أو فريقك. ستكون مسؤولها.
sign-up-button = إنشاء الحساب
sign-up-name-missing = أدخل اسمك الأول.
sign-up-organization-missing = أدخل اسم مؤسستك.

letter-sign-up-subject = حسابك الجديد لدى { $brand }
letter-sign-up =
    يريد أحدهم، ونرجو أن يكون أنت، إنشاء حساب لدى { $brand } بهذا العنوان.
    افتح هذا الرابط للمتابعة. يعمل مرة واحدة، ولمدة 30 دقيقة:

    { $link }

    إن لم تكن أنت، فلا حاجة إلى فعل شيء.
letter-account-there-subject = لديك حساب لدى { $brand } من قبل
letter-account-there =
    أراد أحدهم، ونرجو أن يكون أنت، إنشاء حساب لدى { $brand } بهذا العنوان.
    يوجد حساب من قبل. سجّل الدخول هنا؛ وإن نسيت كلمة المرور فيمكنك تعيين كلمة جديدة في الطريق:

    { $link }

    إن لم تكن أنت، فلا حاجة إلى فعل شيء.
