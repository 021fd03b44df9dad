# إطار صفحات الشخص.

shell-skip = الانتقال إلى محتوى الصفحة
shell-areas = حسابك وتطبيقاتك ومؤسساتك
shell-pages = الصفحات
shell-account = الحساب
shell-console = وحدة التحكم
shell-organizations = المؤسسات
shell-signed-in = من سجّل الدخول

account-overview = ملفك الشخصي
account-security = الأمان
account-sessions = أماكن تسجيل دخولك
account-apps = التطبيقات المتصلة
account-data = بياناتك
